#include <coracle/app/app.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/net/stream_server.hpp>

#include <os/temporary_folder.hpp>
#include <server/loopback.hpp>

#include <doctest/doctest.h>

#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace coracle;

TEST_CASE("over TCP a host is asked by name and by address, and nobody there is told with host, port and reason") {
    app served;
    served.get("/", []() -> task<std::string> { co_return "here"; });
    loopback::running upstream(served);
    run([](unsigned port) -> task<> {
        http_client http;
        const std::vector<std::string> hosts{"127.0.0.1", "localhost"};
        for (const std::string& host : hosts) {
            auto reply = co_await http.get("http://" + host + ":" + std::to_string(port) + "/");
            CHECK(reply.text() == "here");
        }
        bool refused = false;
        try {
            auto nobody = co_await http.get("http://127.0.0.1:1/");
            CHECK(!nobody.ok());
        } catch (const connect_failed& why) {
            refused = true;
            CHECK(why.code() == std::errc::connection_refused);
            CHECK(
                std::string(why.what()).starts_with("GET http://127.0.0.1:1/: cannot connect to '127.0.0.1' port 1: "));
        }
        CHECK(refused);
    }(upstream.port()));
}

TEST_CASE("over a unix socket whatever host is named is asked there") {
    temporary_folder folder;
    std::string path = folder.in("app.sock");
    run([](std::string at) -> task<> {
        net::stream_server server("unix:" + at);
        auto serving = spawn(server.serve([](net::socket_stream line) -> task<> {
            auto asked = co_await line.read();
            REQUIRE(asked.has_value());
            CHECK(asked->starts_with("GET /x HTTP/1.1\r\nhost: example.com\r\n"));
            auto sent = co_await line.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nlocal");
            CHECK(sent.has_value());
        }));
        http_client http{{.base_url = "http://example.com", .unix_socket = at}};
        auto reply = co_await http.get("/x");
        CHECK(reply.text() == "local");
        http_client nowhere{{.base_url = "http://example.com", .unix_socket = at + ".none"}};
        std::string why;
        try {
            auto nobody = co_await nowhere.get("/x");
            CHECK(!nobody.ok());
        } catch (const connect_failed& failed) {
            why = failed.what();
        }
        CHECK(why.find(".none: No such file or directory") != std::string::npos);
        server.stop(0s);
        co_await serving;
    }(path));
}

TEST_CASE("C8 a request that is cancelled while its host is looked up leaves the lookup nothing to write to") {
    run([]() -> task<> {
        http_client http;
        for (int i = 0; i < 20; ++i) {
            std::string url = "http://name-" + std::to_string(i) + ".invalid/";
            bool in_time = true;
            try {
                auto reply = co_await try_for(std::chrono::microseconds(50 * i), http.get(url).send());
                in_time = reply.has_value();
            } catch (const connect_failed&) {
                in_time = false;  // there is no such name
            }
            CHECK(!in_time);
        }
    }());
}
