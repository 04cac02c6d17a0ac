#include <coracle/duplex/line.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>

using namespace coracle;

namespace {
class told final : public loop::edge_watcher {
public:
    int times = 0;
    void on_edge() noexcept override { ++times; }
};
}  // namespace

TEST_CASE("a line gives what is there, says when there is nothing, and tells of news") {
    run(virtual_time, []() -> task<> {
        auto [here, there] = net::memory_stream::pair(10);
        duplex::stream_line<net::memory_stream> line(std::move(here));
        told news;
        line.tell(&news);
        std::array<char, 100> room{};
        CHECK(!line.try_read(room));
        there.push("hello");
        CHECK(news.times == 1);
        auto got = line.try_read(room);
        REQUIRE(got);
        CHECK(**got == 5);
        CHECK(*line.try_write("0123456789ab") == 10);
        CHECK(*line.try_write("ab") == 0);
        CHECK(there.take_all() == "0123456789");
        CHECK(there.shutdown_write());
        CHECK(line.hung_up());
        got = line.try_read(room);
        REQUIRE(got);
        CHECK(**got == 0);
        line.tell(nullptr);
        line.close();
        CHECK(!*line.try_read(room));
        co_return;
    }());
}
