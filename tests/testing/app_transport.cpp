#include <coracle/testing/app_transport.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <coracle/app/app.hpp>
#include <coracle/async/generator.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

task<std::string> talk_raw(std::shared_ptr<app_transport> with, std::string bytes, bool secure = false) {
    auto opened = co_await with->open(client::destination("anything.test", 80, secure));
    REQUIRE(opened.has_value());
    net::any_stream stream = std::move(*opened);
    auto sent = co_await stream.write(bytes);
    CHECK(sent.has_value());
    std::string all;
    for (;;) {
        auto got = co_await stream.read();
        if (!got || got->empty()) break;
        all += *got;
    }
    co_return all;
}
const std::string ask = "GET / HTTP/1.1\r\nhost: app.test\r\nconnection: close\r\n\r\n";

}  // namespace

TEST_CASE("an app answers without a socket, and its lifespan begins with the first connection and ends with close") {
    std::vector<std::string> events;
    auto work = [&events]() -> task<> {
        app served;
        served.get("/", []() -> task<std::string> { co_return "hello"; });
        served.lifespan([&events]() -> generator<> {
            events.push_back("begins");
            co_await sleep(1s);
            co_yield {};
            events.push_back("ends");
        });
        auto inside = std::make_shared<app_transport>(std::move(served));
        CHECK(events.empty());
        std::string got = co_await talk_raw(inside, ask);
        CHECK(got.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(got.ends_with("\r\n\r\nhello"));
        std::string again = co_await talk_raw(inside, ask);
        CHECK(again.ends_with("\r\n\r\nhello"));
        CHECK(events.size() == 1);
        co_await inside->close();
        CHECK(events == std::vector<std::string>{"begins", "ends"});
        bool refused = false;
        try {
            (void)co_await talk_raw(inside, ask);
        } catch (const std::logic_error&) {
            refused = true;
        }
        CHECK(refused);
    };
    run(virtual_time, work());
}

TEST_CASE("who leaves cancels the handler, and close() cancels those who are at work") {
    std::vector<std::string> events;
    auto work = [&events]() -> task<> {
        app served;
        served.get("/", [&events]() -> task<std::string> {
            try {
                co_await sleep(1h);
            } catch (const cancelled&) {
                events.push_back("cancelled");
                throw;
            }
            co_return "late";
        });
        auto inside = std::make_shared<app_transport>(served);
        {
            auto opened = co_await inside->open(client::destination("app.test", 80, false));
            auto sent = co_await opened->write(ask);
            CHECK(sent.has_value());
            co_await sleep(1s);
            CHECK(events.empty());
        }
        co_await sleep(1s);
        CHECK(events.size() == 1);
        auto opened = co_await inside->open(client::destination("app.test", 80, false));
        auto sent = co_await opened->write(ask);
        CHECK(sent.has_value());
        co_await sleep(1s);
        co_await inside->close();
        CHECK(events.size() == 2);
    };
    run(virtual_time, work());
}

TEST_CASE("a lifespan that fails to begin fails each connection, and one that was never begun has nothing to end") {
    auto work = []() -> task<> {
        app served;
        served.lifespan([]() -> generator<> {
            co_await sleep(1s);
            throw std::runtime_error("no database");
            co_yield {};
        });
        auto inside = std::make_shared<app_transport>(std::move(served));
        for (int i = 0; i < 2; ++i) {
            std::string why;
            try {
                (void)co_await talk_raw(inside, ask);
            } catch (const std::runtime_error& failed) {
                why = failed.what();
            }
            CHECK(why == "no database");
        }
        co_await inside->close();
        auto unused = std::make_shared<app_transport>(app());
        co_await unused->close();
    };
    run(virtual_time, work());
}

TEST_CASE("https is https to the app") {
    auto work = []() -> task<> {
        app served;
        served.get("/", [](request& asked) -> task<std::string> { co_return std::string(asked.scheme); });
        auto inside = std::make_shared<app_transport>(std::move(served));
        std::string got = co_await talk_raw(inside, ask, true);
        CHECK(got.ends_with("\r\n\r\nhttps"));
        co_await inside->close();
    };
    run(virtual_time, work());
}

TEST_CASE("a transport that goes while a connection is open leaves it working") {
    auto work = []() -> task<> {
        app served;
        served.get("/", []() -> task<std::string> { co_return "hello"; });
        auto inside = std::make_shared<app_transport>(served);
        auto opened = co_await inside->open(client::destination("app.test", 80, false));
        inside.reset();
        auto sent = co_await opened->write(ask);
        CHECK(sent.has_value());
        auto got = co_await opened->read();
        CHECK(got->starts_with("HTTP/1.1 200"));
        opened->close();
        co_await sleep(1s);
    };
    run(virtual_time, work());
}

TEST_CASE("a transport that outlives its loop serves another one from its beginning") {
    auto inside = std::make_shared<app_transport>(app());
    net::any_stream left;
    auto work = [&]() -> task<> {
        auto opened = co_await inside->open(client::destination("app.test", 80, false));
        auto sent = co_await opened->write(ask);
        CHECK(sent.has_value());
        co_await sleep(1s);
        left = std::move(*opened);
    };
    run(virtual_time, work());
    run(virtual_time, work());
}

TEST_CASE("nothing of an answered request is left for a server that stops, and waits for what its loop still does") {
    auto work = []() -> task<> {
        app served;
        served.get("/", []() -> task<std::string> { co_return "hello"; });
        http_client_options how;
        how.base_url = "http://app.test";
        how.transport = std::make_shared<app_transport>(std::move(served));
        http_client http(std::move(how));
        auto reply = co_await http.get("/");
        CHECK(reply.text() == "hello");
        auto at = loop::now();
        async::job_group& background = loop::reactor::current().background();
        while (background.running() > 0) co_await background;
        CHECK(loop::now() == at);
    };
    run(virtual_time, work());
}
