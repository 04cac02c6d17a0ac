#include <coracle/async/spawn.hpp>
#include <coracle/client/websocket_client.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/virtual_time.hpp>
#include <coracle/websocket/frame_head.hpp>
#include <coracle/websocket/handshake.hpp>
#include <coracle/websocket/session.hpp>

#include <client/scripted_upstream.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;
using client::next_request;
using client::scripted_upstream;
using namespace std::string_view_literals;

namespace {

std::string field_of(const std::string& request, const std::string& name) {
    std::size_t at = request.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "(none)";
    at += name.size() + 4;
    return request.substr(at, request.find("\r\n", at) - at);
}
std::string switching(const std::string& request, std::string_view more = {}) {
    std::string out = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n";
    out.append("sec-websocket-accept: ").append(ws::accept_for(field_of(request, "sec-websocket-key")).view());
    out.append("\r\n").append(more).append("\r\n");
    return out;
}

websocket_client over(std::shared_ptr<client::transport> way, websocket_client_options options) {
    options.http.transport = std::move(way);
    options.http.base_url = "ws://example.com";
    return websocket_client(std::move(options));
}

websocket_client over(std::shared_ptr<client::transport> way) {
    return over(std::move(way), websocket_client_options());
}

// Answers the handshake with what is made of it, and waits for the end.
std::shared_ptr<scripted_upstream> opening_with(std::function<std::string(const std::string&)> with) {
    return std::make_shared<scripted_upstream>([with](net::memory_stream& line, int) -> task<> {
        std::string asked = co_await next_request(line);
        line.push(with(asked));
        for (;;) {
            auto more = co_await line.read();
            if (!more || more->empty()) co_return;
        }
    });
}

task<std::string> refused(websocket_client by, std::string url = "/") {
    std::string words;
    try {
        auto ws = co_await by.connect(url);
        words = "opened";
    } catch (const std::exception& why) {
        words = why.what();
    }
    co_return words;
}

websocket_client_options chat_options() {
    websocket_client_options options;
    options.subprotocols = {"chat.v2", "chat.v1"};
    options.origin = "https://example.com";
    options.http.headers = {{"x-token", "t1"}};
    return options;
}

// A peer that speaks as a server and hears what the client says.
struct peer {
    explicit peer(net::memory_stream& line) : over(line) {}
    // The next event, as words; answers are sent at once.
    task<std::string> next() {
        for (;;) {
            std::span<char> rest(held.data() + used, held.size() - used);
            ws::event what = session.next(rest);
            used = held.size() - rest.size();
            std::string words;
            if (what.what == ws::event::kind::message)
                words = (what.type == ws::data_kind::text ? "text " : "binary ") + std::string(what.data);
            if (what.what == ws::event::kind::ping) words = "ping";
            if (what.what == ws::event::kind::pong) words = "pong " + std::string(what.data);
            if (what.ends()) words = "close " + std::to_string(ws::number(what.code)) + " " + std::string(what.data);
            if (!session.answers().empty()) {
                over.push(std::string(session.answers()));
                session.answered();
            }
            if (!words.empty()) co_return words;
            auto more = co_await over.read();
            if (!more || more->empty()) co_return "end";
            held.assign(more->data(), more->size());
            used = 0;
        }
    }
    void say(std::string_view text) {
        byte_buffer out;
        session.send(out, ws::data_kind::text, text);
        over.push(std::string(out.view()));
    }
    net::memory_stream& over;
    ws::session session = ws::session::server();
    std::string held{};
    std::size_t used = 0;
};

}  // namespace

TEST_CASE("websocket_client: what it asks, and what came right behind the answer is heard") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await next_request(line);
            CHECK(asked.starts_with("GET /rooms/1?as=guest HTTP/1.1\r\n"));
            CHECK(field_of(asked, "host") == "example.com");
            CHECK(field_of(asked, "upgrade") == "websocket");
            CHECK(field_of(asked, "connection") == "Upgrade");
            CHECK(field_of(asked, "sec-websocket-version") == "13");
            CHECK(ws::is_key(field_of(asked, "sec-websocket-key")));
            CHECK(field_of(asked, "sec-websocket-protocol") == "chat.v2, chat.v1");
            CHECK(field_of(asked, "sec-websocket-extensions") == "(none)");
            CHECK(field_of(asked, "origin") == "https://example.com");
            CHECK(field_of(asked, "x-token") == "t1");
            peer server(line);
            byte_buffer first;
            server.session.send(first, ws::data_kind::text, "at once");
            line.push(switching(asked, "sec-websocket-protocol: chat.v1\r\n") + std::string(first.view()));
            std::string heard = co_await server.next();
            CHECK(heard == "text hello");
            server.say("you too");
            heard = co_await server.next();
            CHECK(heard == "binary \x01\xFF");
            heard = co_await server.next();
            CHECK(heard == "close 1000 bye");
            heard = co_await server.next();
            CHECK(heard == "end");
        });
        websocket_client chat = over(way, chat_options());
        std::unique_ptr<websocket> ws = co_await chat.connect("/rooms/1?as=guest");
        CHECK(ws->is_open());
        CHECK(ws->subprotocol() == "chat.v1");
        auto message = co_await ws->receive();
        REQUIRE(message);
        CHECK(message->text() == "at once");
        co_await ws->send("hello");
        auto second = co_await ws->receive();
        REQUIRE(second);
        CHECK(second->text() == "you too");
        co_await ws->send_bytes("\x01\xFF");
        co_await ws->close(1000, "bye");
        CHECK(ws->close_code() == 1000);
        auto none = co_await ws->receive();
        CHECK(!none);
    }());
}

TEST_CASE("websocket_client: an answer that is no 101 says so, with its status and the place") {
    run(virtual_time, []() -> task<> {
        auto way = scripted_upstream::answering([](const std::string&) { return client::answer("no", 403); });
        std::string words = co_await refused(over(way), "/rooms/1");
        CHECK(words == "GET ws://example.com/rooms/1: the server answered 403 Forbidden in the place of a WebSocket");
        int status = 0;
        try {
            auto ws = co_await over(way).connect("/");
        } catch (const status_error& why) {
            status = why.status();
        }
        CHECK(status == 403);
    }());
}

// What the answer has in another way than it should, and what the exception says of it.
struct wrong_answer {
    std::string from;
    std::string to;
    std::string told;
};

TEST_CASE("D16 websocket_client: a handshake that is not right makes no WebSocket") {
    const std::string end = "\r\n\r\n";
    const std::vector<wrong_answer> table = {
        {"sec-websocket-accept: ", "sec-websocket-accept: A", "another Sec-WebSocket-Accept"},
        {"sec-websocket-accept", "x-accept", "another Sec-WebSocket-Accept"},
        {end, "\r\nsec-websocket-accept: x" + end, "another Sec-WebSocket-Accept"},
        {"upgrade: websocket", "upgrade: h2c", "no Upgrade: websocket"},
        {"connection: Upgrade", "x-connection: Upgrade", "no Connection: Upgrade"},
        {end, "\r\nsec-websocket-protocol: chat" + end, "a subprotocol that was not offered"},
        {end, "\r\nsec-websocket-protocol: " + end, "a subprotocol that was not offered"},
        {end, "\r\nsec-websocket-extensions: permessage-deflate" + end, "an extension that was not offered"},
        {end, "\r\nx-anything: else" + end, "opened"},
    };
    run(virtual_time, [](const std::vector<wrong_answer>& all) -> task<> {
        for (const wrong_answer& each : all) {
            auto way = opening_with([&each](const std::string& asked) {
                std::string out = switching(asked);
                return out.replace(out.find(each.from), each.from.size(), each.to);
            });
            std::string why = co_await refused(over(way));
            CAPTURE(each.to);
            CHECK(why.find(each.told) != std::string::npos);
        }
    }(table));
}

TEST_CASE("websocket_client: credentials go to the origin of the base_url, said as http or as ws, and to no other") {
    const std::vector<std::string> bases = {"http://example.com", "ws://example.com:80", "HTTP://example.com/v1"};
    run(virtual_time, [](const std::vector<std::string>& all) -> task<> {
        for (const std::string& base : all) {
            std::string seen;
            auto way = opening_with([&seen](const std::string& asked) {
                seen = field_of(asked, "authorization");
                return switching(asked);
            });
            websocket_client_options options;
            options.http.transport = way;
            options.http.base_url = base;
            options.http.auth = client::bearer("t1");
            websocket_client one(std::move(options));
            std::string words = co_await refused(one);
            CHECK(words == "opened");
            CHECK(seen == "Bearer t1");
            words = co_await refused(one, "ws://other.example/");
            CHECK(words == "opened");
            CHECK(seen == "(none)");
        }
    }(bases));
}

TEST_CASE("C7 websocket_client: the guard of its http options guards WebSockets too") {
    run([]() -> task<> {
        websocket_client_options options;
        options.http.guard = client::address_guard::on();
        websocket_client careful(std::move(options));
        std::string why = co_await refused(careful, "ws://127.0.0.1:9/");
        CHECK(why.find("address_guard") != std::string::npos);
    }());
}

TEST_CASE("C5 websocket_client: a WebSocket goes through a proxy by CONNECT, not as if it were a plain request") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await next_request(line);
            CHECK(asked.starts_with("CONNECT example.com:80 HTTP/1.1\r\n"));
            line.push("HTTP/1.1 200 OK\r\n\r\n");
            asked = co_await next_request(line);
            CHECK(asked.starts_with("GET /rooms HTTP/1.1\r\n"));
            line.push(switching(asked));
            peer server(line);
            server.say("through it");
            std::string heard = co_await server.next();
            CHECK(heard.starts_with("close 1000"));
        });
        websocket_client_options options;
        options.http.proxy = client::proxy_rules("http://proxy.example:3128");
        websocket_client behind = over(way, std::move(options));
        auto ws = co_await behind.connect("/rooms");
        CHECK(way->last_host == "proxy.example");
        auto message = co_await ws->receive();
        REQUIRE(message);
        CHECK(message->text() == "through it");
        co_await ws->close();
    }());
}

TEST_CASE("websocket_client: wss without encryption names what to include, and other schemes are refused") {
    run(virtual_time, []() -> task<> {
        std::string why = co_await refused(websocket_client(), "wss://example.com/");
        CHECK(why.find("GET wss://example.com/: wss needs a library that encrypts") != std::string::npos);
        CHECK(why.find("#include <coracle/with/openssl.hpp>") != std::string::npos);
        why = co_await refused(websocket_client(), "ftp://example.com/");
        CHECK(why.find("nobody here speaks 'ftp'") != std::string::npos);
        why = co_await refused(websocket_client(), "/rooms");
        CHECK(why.find("is no whole URL") != std::string::npos);
        auto way = opening_with([](const std::string& asked) { return switching(asked); });
        why = co_await refused(over(way), "http://example.com:81/x");
        CHECK(why == "opened");
        CHECK(way->last_port == 81);
    }());
}

TEST_CASE("websocket_client: a subprotocol that cannot be offered is refused when the client is made") {
    for (std::vector<std::string> bad : {std::vector<std::string>{"a b"}, {"a", "a"}, {""}, {"a,b"}, {"a\r\nx: y"}}) {
        websocket_client_options options;
        options.subprotocols = std::move(bad);
        CHECK_THROWS_AS(websocket_client{std::move(options)}, std::invalid_argument);
    }
}

TEST_CASE("websocket_client: a server that does not answer the handshake is given up by the timeout") {
    run(virtual_time, []() -> task<> {
        auto way = opening_with([](const std::string&) { return std::string(); });
        websocket_client_options options;
        options.http.timeout = std::chrono::seconds(3);
        bool late = false;
        try {
            auto ws = co_await over(way, std::move(options)).connect("/");
        } catch (const read_timed_out&) {
            late = true;
        }
        CHECK(late);
    }());
}

TEST_CASE("websocket_client: once it is open, only the keep-alive ends a silence, by 1011 to the peer") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await next_request(line);
            line.push(switching(asked));
            peer server(line);
            for (int i = 0; i < 10; ++i) {
                std::string heard = co_await server.next();
                CHECK(heard == "ping");
            }
            // Now it hears without answering.
            std::string all;
            for (;;) {
                auto more = co_await line.read();
                if (!more || more->empty()) break;
                all += *more;
            }
            ws::session quiet = ws::session::server();
            std::span<char> rest(all);
            ws::event what = quiet.next(rest);
            CHECK(what.what == ws::event::kind::ping);
            what = quiet.next(rest);
            CHECK(what.code == ws::close_code::internal_error);
            CHECK(what.data == "keepalive ping timeout");
        });
        auto begin = std::chrono::steady_clock::now();
        auto ws = co_await over(way).connect("/");
        auto none = co_await ws->receive();
        CHECK(!none);
        CHECK(ws->close_code() == 1011);
        CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
    }());
}

TEST_CASE("websocket_client: what the peer sends against the rules is answered by 1002, and too much by 1009") {
    run(virtual_time, []() -> task<> {
        auto saying = [](std::string bytes, std::string* heard) {
            return std::make_shared<scripted_upstream>([bytes, heard](net::memory_stream& line, int) -> task<> {
                std::string asked = co_await next_request(line);
                line.push(switching(asked) + bytes);
                peer server(line);
                *heard = co_await server.next();
            });
        };
        std::string heard;
        auto masked = co_await over(saying("\x81\x81\1\2\3\4a", &heard)).connect("/");
        auto none = co_await masked->receive();
        CHECK(!none);
        CHECK(masked->close_code() == 1002);
        co_await sleep(std::chrono::seconds(1));
        CHECK(heard == "close 1002 a server must not mask");
        websocket_client_options options;
        options.websocket.limits.message_bytes = 10;
        auto large = co_await over(saying("\x81\x0B"
                                          "hello world",
                                          &heard),
                                   std::move(options))
                         .connect("/");
        none = co_await large->receive();
        CHECK(!none);
        CHECK(large->close_code() == 1009);
    }());
}

TEST_CASE("websocket_client: a connection that is cut is 1006, and sending on it says so") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await next_request(line);
            line.push(switching(asked));
        });
        auto ws = co_await over(way).connect("/");
        auto none = co_await ws->receive();
        CHECK(!none);
        CHECK(ws->close_code() == 1006);
        int code = 0;
        try {
            co_await ws->send("x");
        } catch (const websocket_closed& why) {
            code = why.code();
        }
        CHECK(code == 1006);
    }());
}

TEST_CASE("websocket_client: one that is let go of closes its connection, and the pool keeps no place for it") {
    run(virtual_time, []() -> task<> {
        auto way = opening_with([](const std::string& asked) { return switching(asked); });
        websocket_client_options options;
        options.http.limits.connections = 1;
        websocket_client one = over(way, std::move(options));
        for (int i = 0; i < 3; ++i) {
            auto first = co_await one.connect("/");
            auto second = co_await one.connect("/");
            CHECK(way->open_now == 2);
        }
        co_await sleep(std::chrono::seconds(1));
        CHECK(way->open_now == 0);
    }());
}
