// opening: a WebSocket asks it when somebody first receives, sends or accepts, and once only.
#include <coracle/duplex/opening.hpp>
#include <coracle/duplex/websocket.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <duplex/two_ends.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

class scripted final : public duplex::opening {
public:
    int accepted = 0;
    int denied = 0;
    std::string chosen;
    void accept(std::string_view subprotocol, const http::field_list&) override {
        ++accepted;
        chosen = subprotocol;
    }
    void deny(int status, std::string, http::field_list) override { denied = status; }
    const http::fields& headers() override { return fields; }
    http::target target() override { return {}; }
    std::optional<std::string_view> query(std::string_view) override { return "7"; }
    std::string_view path(std::string_view) override { return "room"; }
    std::optional<std::string_view> cookie(std::string_view) override { return std::nullopt; }
    std::string_view client_address() override { return "127.0.0.1"; }
    std::uint16_t client_port() override { return 80; }
    http::fields fields;
};

struct not_open {
    std::shared_ptr<const websocket_options> how = std::make_shared<const websocket_options>();
    scripted asked;
    websocket ws{how, &asked, ws::session::server()};
    void open() {
        auto [here, there] = net::memory_stream::pair();
        peer.emplace(std::move(there));
        ws.open(std::make_unique<duplex::stream_line<net::memory_stream>>(std::move(here)),
                duplex_tests::frame(1, "hi"), {}, {});
    }
    std::optional<net::memory_stream> peer;
};
task<> reads(websocket& ws, std::string& got) {
    while (auto message = co_await ws.receive()) got += message->text();
}

}  // namespace

TEST_CASE("the first receive answers the handshake, and gets what came behind it") {
    run(virtual_time, []() -> task<> {
        not_open one;
        std::string got;
        auto reading = spawn(reads(one.ws, got));
        CHECK(one.asked.accepted == 1);
        CHECK(one.ws.query("q") == "7");
        co_await yield_now();
        one.open();
        for (int i = 0; i < 10; ++i) co_await yield_now();
        CHECK(got == "hi");
        one.peer->close();
        co_await reading;
    }());
}

TEST_CASE("what is denied, or closed before it is accepted, is answered by HTTP and nothing else") {
    run(virtual_time, []() -> task<> {
        not_open denied;
        denied.ws.deny(401);
        CHECK(denied.asked.denied == 401);
        CHECK_THROWS_AS(denied.ws.deny(401), std::logic_error);
        bool refused = false;
        try {
            co_await denied.ws.send("x");
        } catch (const websocket_closed&) {
            refused = true;
        }
        CHECK(refused);

        not_open closed;
        co_await closed.ws.close();
        CHECK(closed.asked.denied == 403);
        CHECK(closed.asked.accepted == 0);
    }());
}

TEST_CASE("a handshake that comes to nothing ends who waits for it") {
    run(virtual_time, []() -> task<> {
        not_open one;
        std::string got;
        auto reading = spawn(reads(one.ws, got));
        one.ws.abandon();
        co_await reading;
        CHECK(one.ws.close_code() == 1006);
    }());
}
