#include "talk.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace coracle;

TEST_CASE("an idle conversation holds no buffer, no request and a place among the idle") {
    app served;
    served.get("/", on_loop([] { return 1; }));
    served.freeze();
    virtual_loop world;
    server::settings how;
    how.access_log = false;
    server::workshop shop(served, how, world.reactor());
    auto ends = net::memory_stream::pair();
    server::conversation<net::memory_stream> client(ends.second, shop, false);
    CHECK_FALSE(shop.clients.any_idle());
    CHECK(client.listens());
    CHECK(shop.clients.any_idle());
    CHECK(client.outgoing().empty());
    auto all = [&]() -> task<> {
        ends.first.push("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
        auto bytes = co_await ends.second.read();
        client.hear(bytes);
        request* asked = client.next_request();
        REQUIRE(asked != nullptr);
        CHECK(asked->target.path == "/");
        reply& answer = client.answer();
        const app_route* found = served.find(*asked, answer);
        REQUIRE(found != nullptr);
        served.call_now(*found, *asked, answer);
        client.answered();
        CHECK(client.next_request() == nullptr);
        CHECK(client.has_outgoing());
        CHECK_FALSE(shop.clients.any_idle());
        CHECK(client.outgoing().ends_with("\r\n\r\n1"));
        client.sent({});
        CHECK(client.listens());
        CHECK(client.outgoing().empty());
        CHECK(shop.clients.any_idle());
        shop.stop();
        CHECK(client.listens());  // for a moment, see graceful_stop.cpp
    };
    world.run(all());
}
