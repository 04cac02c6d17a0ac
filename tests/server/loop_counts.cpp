#include <coracle/server/loop_counts.hpp>

#include <server/talk.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace coracle;

TEST_CASE("a loop counts its connections, requests and bytes") {
    app app;
    app.get("/", on_loop([] { return std::string("x"); }));
    app.freeze();
    virtual_loop world(virtual_time);
    server::settings how;
    how.access_log = false;
    server::workshop shop(app, how, world.reactor());
    auto ends = net::memory_stream::pair(1 << 20);
    net::memory_stream& client = ends.first;
    std::string asked =
        "GET / HTTP/1.1\r\nhost: test\r\n\r\nGET /nowhere HTTP/1.1\r\nhost: test\r\n\r\nnonsense\r\n\r\n";
    std::string heard;
    auto speak = [&]() -> task<> {
        client.push(asked);
        (void)client.shutdown_write().has_value();
        bool open = true;
        while (open) {
            auto bytes = co_await client.read();
            open = bytes && !bytes->empty();
            if (open) heard += *bytes;
        }
        client.close();
    };
    auto both = [&]() -> task<> { co_await gather(server::connection(std::move(ends.second), shop), speak()); };
    world.run(both());
    const server::loop_counts& seen = shop.counts;
    CHECK(seen.connections_opened.get() == 1);
    CHECK(seen.connections_closed.get() == 1);
    CHECK(seen.requests_begun.get() == 3);
    CHECK(seen.requests_ended.get() == 3);
    CHECK(seen.bytes_received.get() == asked.size());
    CHECK(seen.bytes_sent.get() == heard.size());
    std::uint64_t refused = 0;
    for (const tally& each : seen.refused) refused += each.get();
    CHECK(refused == 1);
    CHECK(server::loop_counts::between(seen.requests_begun, seen.requests_ended) == 0);
}
