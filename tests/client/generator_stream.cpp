#include <coracle/client/generator_stream.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

using namespace coracle;

namespace {
generator<std::string> two_words() {
    co_yield std::string("one");
    co_yield std::string("two");
}
task<std::string> all_of(body_stream& from) {
    std::string all;
    for (;;) {
        std::optional<std::string_view> piece = co_await from.read();
        if (!piece) break;
        all += *piece;
        all += '|';
    }
    co_return all;
}
}  // namespace

TEST_CASE("the pieces of a generator are sent as they come, once") {
    virtual_loop loop(virtual_time);
    client::generator_stream once(two_words());
    CHECK(once.rewind());  // nothing was read
    CHECK(loop.run(all_of(once)) == "one|two|");
    CHECK(!once.rewind());
    CHECK(once.length() == std::nullopt);
}

TEST_CASE("a function that makes the generator can make it again") {
    virtual_loop loop(virtual_time);
    client::generator_stream again(function<generator<std::string>()>([] { return two_words(); }), 6);
    CHECK(again.length() == 6);
    CHECK(loop.run(all_of(again)) == "one|two|");
    CHECK(again.rewind());
    CHECK(loop.run(all_of(again)) == "one|two|");
}
