#include <coracle/testing/test_client.hpp>
#include <coracle/testing/test_stream.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

namespace {
app make_app() {
    app app;
    app.get("/large", on_loop([] { return std::string(3 << 20, 'x'); }));
    app.get("/lines", on_loop([] { return std::string("one\r\ntwo\n\nfour"); }));
    app.get("/nothing", on_loop([] {}));
    app.get("/late", []() -> task<std::string> {
        co_await sleep(3s);
        co_return "late";
    });
    return app;
}
}  // namespace

TEST_CASE("an answer is read piece by piece, and is whole in the end") {
    test_client client{make_app()};
    auto stream = client.stream("GET", "/large");
    CHECK(stream.status() == 200);
    CHECK(stream.headers()["content-length"] == "3145728");
    std::size_t pieces = 0, bytes = 0;
    while (auto piece = stream.read()) {
        CHECK(!piece->empty());
        bytes += piece->size();
        ++pieces;
    }
    CHECK(pieces > 10);  // nobody holds all of it
    CHECK(bytes == 3 << 20);
    CHECK(!stream.read());
    CHECK(client.get("/nothing").status == 204);
}

TEST_CASE("lines are read without their ends") {
    test_client client{make_app()};
    auto stream = client.stream("GET", "/lines");
    CHECK(stream.line() == "one");
    CHECK(stream.line() == "two");
    CHECK(stream.line() == "");
    CHECK(stream.line() == "four");
    CHECK(!stream.line());
    CHECK(!client.stream("GET", "/nothing").line());
}

TEST_CASE("a reader that has seen enough hangs up, and the client goes on") {
    test_client client{make_app(), virtual_time};
    {
        auto stream = client.stream("GET", "/large");
        CHECK(stream.read());
        stream.close();
        CHECK(!stream.read());
    }
    {
        auto stream = client.stream("GET", "/large");
    }
    CHECK(client.stream("GET", "/late").finish() == "late");
    CHECK(client.elapsed() == 3s);
}
