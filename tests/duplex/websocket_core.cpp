// websocket_core: what it tells whom, in which order, and once.
#include <coracle/duplex/websocket_core.hpp>

#include <coracle/async/yield_now.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <duplex/two_ends.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

/// Writes down what it is told.
class listener final : public duplex::websocket_core {
public:
    explicit listener(std::string& told)
        : websocket_core(std::make_shared<const websocket_options>(), nullptr, ws::session::server()), told_(told) {}
    ~listener() { cut(); }

private:
    void opened() override { told_ += "opened "; }
    void message_arrived() noexcept override {
        while (auto message = take()) told_ += "'" + std::string(message->text()) + "' ";
    }
    void ponged(std::string_view payload) noexcept override { told_ += "pong:" + std::string(payload) + " "; }
    void room_made() noexcept override {}
    void ended() noexcept override { told_ += "ended:" + std::to_string(close_code()) + " "; }
    void line_left() noexcept override { told_ += "left "; }
    void turn_ended() noexcept override {}

    std::string& told_;
};

std::unique_ptr<duplex::line> line_over(net::memory_stream stream) {
    return std::make_unique<duplex::stream_line<net::memory_stream>>(std::move(stream));
}
task<> settle() {
    for (int i = 0; i < 10; ++i) co_await yield_now();
}

}  // namespace

TEST_CASE("messages, a pong and an orderly close are told as they come") {
    std::string told;
    auto work = [&]() -> task<> {
        auto [here, there] = net::memory_stream::pair();
        listener ws(told);
        ws.open(line_over(std::move(here)), duplex_tests::frame(1, "early"), {}, {});
        std::string rest = duplex_tests::frame(1, "late") + duplex_tests::frame(10, "p");
        rest += duplex_tests::frame(8, std::string_view("\x03\xE8", 2));
        auto sent = co_await there.write(rest);
        CHECK(sent);
        co_await settle();
        CHECK(ws.state() == websocket_state::closed);
        CHECK(ws.close_code() == 1000);
        ws.cut();
    };
    run(virtual_time, work());
    CHECK(told == "opened 'early' 'late' pong:p ended:1000 left ");
}

TEST_CASE("who goes first ends it by 1006, told before the line is left") {
    std::string told;
    auto work = [&]() -> task<> {
        auto [here, there] = net::memory_stream::pair();
        {
            listener ws(told);
            ws.open(line_over(std::move(here)), {}, {}, {});
        }
        co_await settle();
    };
    run(virtual_time, work());
    CHECK(told == "opened ended:1006 left ");
}

TEST_CASE("a handshake that comes to nothing is an end without a line") {
    std::string told;
    auto work = [&]() -> task<> {
        listener ws(told);
        ws.abandon();
        CHECK(ws.close_code() == 1006);
        co_await settle();
    };
    run(virtual_time, work());
    CHECK(told == "ended:1006 ");
}

TEST_CASE("a peer that does not answer the close is left after close_timeout") {
    std::string told;
    auto work = [&]() -> task<> {
        auto [here, there] = net::memory_stream::pair();
        listener ws(told);
        ws.open(line_over(std::move(here)), {}, {}, {});
        ws.begin_close(1001, "away");
        co_await settle();
        CHECK(told == "opened ended:1001 ");
        co_await sleep(1min);
        CHECK(told == "opened ended:1001 ended:1001 left ");
        CHECK(ws.close_reason() == "away");
    };
    run(virtual_time, work());
}
