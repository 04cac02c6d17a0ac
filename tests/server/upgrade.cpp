// upgrade: a connection that leaves HTTP in another hand, with what came behind the request and what was not sent yet.
#include <coracle/server/upgrade.hpp>

#include <coracle/app/app.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/workshop.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

using namespace coracle;

namespace {

/// Takes a connection, and keeps it.
class taker final : public outgoing_body, public server::heir {
public:
    std::string arrived;
    std::string unsent;
    std::unique_ptr<duplex::line> line;
    task<std::optional<piece>> next() override { co_return std::nullopt; }
    task<> send_to(outgoing_client& client) override {
        client.begin();
        static_cast<server::upgradable_client&>(client).hand_over(*this);
        co_return;
    }
    void inherit(server::estate left) override {
        arrived = left.arrived;
        unsent = left.unsent;
        line = left.line();
        left.shop.transactions.give_back(std::move(left.request));
        left.shop.admission.connection_ends();
    }
};

}  // namespace

TEST_CASE("bytes that follow the request at once, and answers that were not sent yet, are not lost") {
    auto heir = std::make_shared<taker>();
    app app;
    app.get("/first", on_loop([] { return std::string("one"); }));
    app.get("/up", [&]() -> task<response> {
        response made(101, {}, {{"x-a", "b"}});
        made.headers.upgrade_to("something");
        made.stream = heir;
        co_return made;
    });
    app.freeze();
    run(virtual_time, [](coracle::app& served, taker& to) -> task<> {
        server::settings how;
        how.access_log = false;
        server::workshop shop(served, how, loop::reactor::current());
        auto [here, there] = net::memory_stream::pair();
        auto serving = spawn(server::connection(std::move(there), shop));
        here.push("GET /first HTTP/1.1\r\nhost: a\r\n\r\nGET /up HTTP/1.1\r\nhost: a\r\n\r\nother words");
        co_await serving;  // it has ended, and the stream has not
        CHECK(to.arrived == "other words");
        CHECK(to.unsent.find("\r\n\r\none") != std::string::npos);
        CHECK(to.unsent.find("HTTP/1.1 101 Switching Protocols\r\n") != std::string::npos);
        CHECK(to.unsent.find("upgrade: something\r\nconnection: upgrade\r\n\r\n") != std::string::npos);
        std::string head = to.unsent.substr(to.unsent.find("HTTP/1.1 101"));
        CHECK(head.find("content-") == std::string::npos);
        CHECK(head.find("transfer-") == std::string::npos);
        CHECK(here.is_open());
        CHECK(*to.line->try_write("more") == 4);
        CHECK(here.take_all() == "more");
        to.line.reset();
    }(app, *heir));
}
