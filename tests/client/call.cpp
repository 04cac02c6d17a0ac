#include <coracle/client/call.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <client/scripted_upstream.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>

using namespace coracle;
using client::answer;
using client::scripted_upstream;

TEST_CASE("hooks see every request and answer, and may change them") {
    run(virtual_time, []() -> task<> {
        std::string heard;
        auto way = scripted_upstream::answering([&](const std::string& request) {
            heard = request;
            return answer("x");
        });
        http_client_options options;
        options.base_url = "http://example.com";
        options.transport = way;
        options.headers = {{"accept", "text/plain"}, {"x-app", "1"}};
        int answers = 0;
        options.on_request = [](outgoing_request& request) -> task<> {
            request.fields.set("traceparent", "00-1-2-01");
            co_return;
        };
        options.on_reply = [&](http_reply& reply) -> task<> {
            answers += reply.status;
            co_return;
        };
        http_client http(std::move(options));
        auto reply = co_await http.get("/").header("x-app", "2");
        CHECK(reply.ok());
        CHECK(heard.find("traceparent: 00-1-2-01\r\n") != std::string::npos);
        CHECK(heard.find("accept: text/plain\r\n") != std::string::npos);
        CHECK(heard.find("*/*") == std::string::npos);
        CHECK(heard.find("x-app: 2\r\n") != std::string::npos);
        CHECK(heard.find("x-app: 1\r\n") == std::string::npos);
        CHECK(answers == 200);
    }());
}

TEST_CASE("a call with nothing but its request and one with a hook give the same reply, and say how long it took") {
    run(virtual_time, []() -> task<> {
        for (bool hooked : {false, true}) {
            http_client_options options;
            options.transport = scripted_upstream::answering([](const std::string&) { return answer("x"); });
            if (hooked) options.on_reply = [](http_reply&) -> task<> { co_await sleep(2s); };
            auto reply = co_await http_client(std::move(options)).get("http://example.com/a?b=1#c");
            CHECK(reply.text() == "x");
            CHECK(reply.method == "GET");
            CHECK(reply.url.text() == "http://example.com/a?b=1");
            CHECK(reply.elapsed == (hooked ? 2s : 0s));
        }
    }());
}
