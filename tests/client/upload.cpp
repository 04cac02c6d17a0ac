#include <coracle/async/channel.hpp>
#include <coracle/async/generator.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/client/upload.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/listener.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <client/client_over.hpp>
#include <client/scripted_upstream.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace coracle;
using client::answer;
using client::client_over;
using client::next_request;
using client::pool_of;
using client::scripted_upstream;

namespace {

constexpr std::size_t much = 64 * 1024 * 1024;

/// Counts what was made, and whether it is gone.
struct work_done {
    int pieces = 0;
    bool gone = false;
};
struct leaves_a_note {
    bool& note;
    explicit leaves_a_note(bool& at) noexcept : note(at) {}
    leaves_a_note(const leaves_a_note&) = delete;
    leaves_a_note& operator=(const leaves_a_note&) = delete;
    ~leaves_a_note() { note = true; }
};
generator<std::string> pieces(work_done& of, int most, std::size_t size) {
    leaves_a_note last(of.gone);
    for (; of.pieces < most; ++of.pieces) co_yield std::string(size, 'x');
}
generator<std::string> one_every_second(work_done& of, int most) {
    leaves_a_note last(of.gone);
    for (; of.pieces < most; ++of.pieces) {
        co_await sleep(1s);
        co_yield std::to_string(of.pieces);
    }
}
/// A head, and what came with it of the body; empty when the client has closed.
template <class Stream>
task<std::string> read_head(Stream& line) {
    std::string head;
    while (head.find("\r\n\r\n") == head.npos) {
        auto more = co_await line.read();
        if (!more || more->empty()) co_return std::string();
        head += *more;
    }
    co_return head;
}
/// Reads a head, answers with one, and sends back whatever bytes come, until the client goes.
template <class Stream>
task<> echo(Stream& line, std::string_view fields) {
    std::string head = co_await read_head(line);
    if (head.empty()) co_return;
    std::string rest = head.substr(head.find("\r\n\r\n") + 4);
    std::string said = "HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n" + rest;
    auto sent = co_await line.write(said);
    while (sent) {
        auto more = co_await line.read();
        if (!more || more->empty()) co_return;
        std::string bytes(*more);
        sent = co_await line.write(bytes);
    }
}
template <class Error>
task<std::string> words_of(task<http_reply> request) {
    std::string words;
    try {
        http_reply reply = co_await std::move(request);
        words = "answered " + std::to_string(reply.status);
    } catch (const Error& why) {
        words = why.what();
    }
    co_return words;
}

}  // namespace

TEST_CASE("a server that says no while it is still told is told no more, and its answer is what there is") {
    run(virtual_time, []() -> task<> {
        for (bool closes : {true, false}) {
            auto way = std::make_shared<scripted_upstream>(
                [closes](net::memory_stream& line, int) -> task<> {
                    auto some = co_await line.read();
                    CHECK(some.has_value());
                    line.push(answer("too large", 413, closes ? "connection: close" : ""));
                    // It takes nothing more, and does not hang up either.
                    co_await sleep(1min);
                },
                1000);
            auto at = loop::now();
            auto bytes = co_await client_over(way).post("/").body(std::string(1'000'000, 'x'));
            CHECK(bytes.status == 413);
            CHECK(bytes.text() == "too large");
            CHECK(pool_of(way).open() == 0);
            work_done made;
            auto streamed = co_await client_over(way).post("/").body(pieces(made, 1000, 100));
            CHECK(streamed.text() == "too large");
            CHECK(made.pieces < 20);
            CHECK(made.gone);
            CHECK(pool_of(way).open() == 0);
            CHECK(loop::now() - at < 1s);
        }
    }());
}

TEST_CASE("an early yes is no reason to stop: all of the body goes out, and the connection is used again") {
    run(virtual_time, []() -> task<> {
        std::size_t taken = 0;
        auto way = std::make_shared<scripted_upstream>([&](net::memory_stream& line, int) -> task<> {
            auto first = co_await line.read();
            CHECK(first.has_value());
            line.push(answer("yes"));
            while (true) {
                auto more = co_await line.read();
                if (!more || more->empty()) co_return;
                taken += more->size();
            }
        });
        work_done made;
        auto reply = co_await client_over(way).post("/").body(one_every_second(made, 8));
        CHECK(reply.text() == "yes");
        CHECK(made.pieces == 8);
        co_await sleep(1ms);
        CHECK(taken == 8 * std::string_view("1\r\n0\r\n").size() + 5);
        CHECK(pool_of(way).idle() == 1);
    }());
}

TEST_CASE("an answer that comes while the body is sent is seen then, and read while the rest is sent") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>(
            [](net::memory_stream& line, int) -> task<> { co_await echo(line, "transfer-encoding: chunked\r\n"); });
        http_client http = client_over(way);
        work_done made;
        auto reply = co_await http.post("/").body(one_every_second(made, 10)).stream();
        CHECK(reply.status == 200);
        CHECK(made.pieces < 2);
        std::string heard;
        while (auto piece = co_await reply.read()) {
            heard += *piece;
            CHECK(static_cast<int>(heard.size()) >= made.pieces);
        }
        CHECK(heard == "0123456789");
        CHECK(made.gone);
        CHECK(pool_of(way).idle() == 1);
    }());
}

TEST_CASE("64 MiB go out and come back at the same time, through lines that hold little") {
    run(virtual_time, []() -> task<> {
        for (std::size_t capacity : {std::size_t{64 * 1024}, std::size_t{1000}}) {
            std::size_t whole = capacity < 64 * 1024 ? much / 64 : much;
            auto way = std::make_shared<scripted_upstream>(
                [](net::memory_stream& line, int) -> task<> { co_await echo(line, "transfer-encoding: chunked\r\n"); },
                capacity);
            work_done made;
            auto reply = co_await client_over(way)
                             .post("/")
                             .body(pieces(made, static_cast<int>(whole / (1024 * 1024)), 1024 * 1024))
                             .stream();
            std::size_t heard = 0;
            while (auto piece = co_await reply.read()) heard += piece->size();
            CHECK(heard == whole);
            CHECK(pool_of(way).idle() == 1);
        }
        auto narrow = std::make_shared<scripted_upstream>(
            [](net::memory_stream& line, int) -> task<> { co_await echo(line, "transfer-encoding: chunked\r\n"); },
            1000);
        work_done made;
        auto loaded = co_await client_over(narrow).post("/").body(pieces(made, 4, 100'000));
        CHECK(loaded.text().size() == 400'000);
    }());
    run([]() -> task<> {
        auto server = net::listener::open(*net::address::parse("127.0.0.1:0"));
        REQUIRE(server.has_value());
        auto serves = [&]() -> task<> {
            auto came = co_await server->accept();
            REQUIRE(came.has_value());
            net::socket_stream line(std::move(came->socket), came->peer);
            co_await echo(line, "transfer-encoding: chunked\r\n");
        };
        auto job = spawn(serves());
        http_client http;
        work_done made;
        auto reply =
            co_await http.post("http://" + server->where().text() + "/").body(pieces(made, 64, 1024 * 1024)).stream();
        std::size_t heard = 0;
        while (auto piece = co_await reply.read()) heard += piece->size();
        CHECK(heard == much);
    }());
}

TEST_CASE("who lets go of an answer stops the body that is still sent, also from within its maker") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>(
            [](net::memory_stream& line, int) -> task<> { co_await echo(line, "transfer-encoding: chunked\r\n"); });
        work_done made;
        {
            auto reply = co_await client_over(way).post("/").body(one_every_second(made, 1000)).stream();
            auto piece = co_await reply.read();
            CHECK(piece == "0");
            CHECK(pool_of(way).open() == 1);
        }
        CHECK(made.gone);
        CHECK(pool_of(way).open() == 0);
        co_await sleep(1s);
        CHECK(way->open_now == 0);

        bool gone = false;
        std::optional<http_reply> held;
        auto closes = [&]() -> generator<std::string> {
            leaves_a_note last(gone);
            co_yield std::string("a");
            co_await sleep(1s);
            held.reset();
            co_yield std::string("b");
            co_await sleep(1h);
        };
        auto reply = co_await client_over(way).post("/").body(closes()).stream();
        held.emplace(std::move(reply));
        co_await sleep(3s);
        CHECK_FALSE(held.has_value());
        CHECK(gone);
        CHECK(pool_of(way).open() == 0);
    }());
}

TEST_CASE("what the maker of a body throws comes out of the call, or of the answer that is being read") {
    run(virtual_time, []() -> task<> {
        auto breaks = []() -> generator<std::string> {
            co_yield std::string("a");
            co_await sleep(1s);
            throw std::runtime_error("no more paper");
        };
        auto mute = std::make_shared<scripted_upstream>(
            [](net::memory_stream& line, int) -> task<> { std::string asked = co_await next_request(line); });
        std::string why = co_await words_of<std::runtime_error>(client_over(mute).post("/").body(breaks()).send());
        CHECK(why == "no more paper");
        CHECK(pool_of(mute).open() == 0);
        auto way = std::make_shared<scripted_upstream>(
            [](net::memory_stream& line, int) -> task<> { co_await echo(line, "transfer-encoding: chunked\r\n"); });
        auto reply = co_await client_over(way).post("/").body(breaks()).stream();
        auto first = co_await reply.read();
        CHECK(first == "a");
        why.clear();
        try {
            auto more = co_await reply.read();
        } catch (const std::runtime_error& failed) {
            why = failed.what();
        }
        CHECK(why == "no more paper");
        CHECK(pool_of(way).open() == 0);
    }());
}

TEST_CASE("while a body is sent a server has the time for writing, and its maker all that it takes") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await next_request(line);
            line.push(answer("late"));
            co_await sleep(1min);
        });
        auto slowly = []() -> generator<std::string> {
            for (int i = 0; i < 3; ++i) {
                co_await sleep(20s);
                co_yield std::string("x");
            }
        };
        auto reply = co_await client_over(way).post("/").body(slowly());
        CHECK(reply.text() == "late");
        std::string whole = co_await words_of<total_timed_out>(
            client_over(way, client_timeouts().total(30s)).post("/").body(slowly()).send());
        CHECK(whole == "POST http://example.com/: was not done within 30s in all");

        auto deaf = std::make_shared<scripted_upstream>(
            [](net::memory_stream& line, int) -> task<> {
                auto some = co_await line.read();
                CHECK(some.has_value());
                line.push("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab");
                co_await sleep(1h);
            },
            1000);
        auto at = loop::now();
        std::string taken =
            co_await words_of<write_timed_out>(client_over(deaf).post("/").body(std::string(100'000, 'x')).send());
        CHECK(taken == "POST http://example.com/: the server has taken nothing for 5s");
        CHECK(loop::now() - at == 5s);
        // Who does not read what comes is perhaps why the server takes nothing.
        auto streamed = co_await client_over(deaf).post("/").body(std::string(100'000, 'x')).stream();
        co_await sleep(1min);
        auto piece = co_await streamed.read();
        CHECK(piece == "ab");
        at = loop::now();
        std::string why;
        try {
            piece = co_await streamed.read();
        } catch (const write_timed_out& late) {
            why = late.what();
        }
        CHECK(why == "POST http://example.com/: the server has taken nothing for 5s");
        CHECK(loop::now() - at == 5s);
        CHECK(pool_of(deaf).open() == 0);
    }());
}

TEST_CASE("a body waits for a server that was asked whether it wants it, for a second (RFC 9110 10.1.1)") {
    run(virtual_time, []() -> task<> {
        std::string early;
        std::string said = "HTTP/1.1 100 Continue\r\n\r\n";
        auto way = std::make_shared<scripted_upstream>([&](net::memory_stream& line, int) -> task<> {
            std::string head = co_await read_head(line);
            if (head.empty()) co_return;
            early = head.substr(head.find("\r\n\r\n") + 4);
            line.push(said);
            while (!head.ends_with("body")) {
                auto more = co_await line.read();
                if (!more || more->empty()) co_return;
                head += *more;
            }
            line.push(answer("thanks"));
        });
        http_client http = client_over(way);
        auto at = loop::now();
        auto reply = co_await http.post("/").header("expect", "100-continue").body("body");
        CHECK(early.empty());
        CHECK(reply.text() == "thanks");
        CHECK(loop::now() == at);
        CHECK(pool_of(way).open() <= 1);

        said = answer("no", 417);
        auto refused = co_await http.post("/").header("Expect", "100-Continue").body("body");
        CHECK(refused.status == 417);
        CHECK(early.empty());
        CHECK(pool_of(way).idle() == 0);  // whatever it is told next it would take for the body

        said.clear();  // a server that does not know the question
        at = loop::now();
        auto unasked = co_await http.post("/").header("expect", "100-continue").body("body");
        CHECK(unasked.text() == "thanks");
        CHECK(loop::now() - at == 1s);
        auto none = scripted_upstream::answering([](const std::string&) { return answer("ok"); });
        auto bodiless = co_await client_over(none).get("/").header("expect", "100-continue");
        CHECK(bodiless.ok());
    }());
}

TEST_CASE("a redirect or a question for credentials stops the body, which goes where it is wanted") {
    run(virtual_time, []() -> task<> {
        std::string got;
        auto way = std::make_shared<scripted_upstream>(
            [&](net::memory_stream& line, int number) -> task<> {
                if (number == 1) {
                    auto some = co_await line.read();
                    CHECK(some.has_value());
                    line.push(answer("", 307, "location: /there"));
                    co_await sleep(1h);
                }
                got = co_await next_request(line);
                line.push(answer("here"));
            },
            4000);
        auto again = [&]() -> generator<std::string> {
            for (int i = 0; i < 10; ++i) co_yield std::string(1000, static_cast<char>('a' + i));
        };
        auto body = std::make_unique<client::generator_stream>(function<generator<std::string>()>(again));
        auto reply = co_await client_over(way).post("/").body(std::move(body)).stream().follow_redirects();
        CHECK(reply.status == 200);
        CHECK(got.starts_with("POST /there"));
        CHECK(got.find(std::string(1000, 'j')) != got.npos);
        co_await reply.load();
        CHECK(reply.text() == "here");
    }());
}

TEST_CASE("a streamed answer that begins behind the whole body leads on too, with the body") {
    run(virtual_time, []() -> task<> {
        int asked = 0;
        auto way = std::make_shared<scripted_upstream>([&](net::memory_stream& line, int) -> task<> {
            for (;;) {
                std::string got = co_await next_request(line);
                if (got.empty()) co_return;
                CHECK(got.size() > 100'000);
                ++asked;
                std::string said = asked == 1   ? answer("there", 307, "location: /there")
                                   : asked == 2 ? answer("not yet", 503)
                                                : answer("here");
                std::string last = said.substr(said.size() - 1);
                said.pop_back();
                auto sent = co_await line.write(said);
                co_await sleep(1s);
                if (sent) sent = co_await line.write(last);
            }
        });
        auto again = []() -> generator<std::string> {
            for (int i = 0; i < 101; ++i) co_yield std::string(1000, 'a');
        };
        for (bool bytes : {true, false}) {
            asked = 0;
            auto request = client_over(way).put("/").stream().follow_redirects().attempts(2);
            if (bytes)
                static_cast<void>(std::move(request).body(std::string(101'000, 'x')));
            else
                static_cast<void>(std::move(request).body(
                    std::make_unique<client::generator_stream>(function<generator<std::string>()>(again))));
            auto reply = co_await std::move(request);
            CHECK(reply.status == 200);
            CHECK(asked == 3);
            co_await reply.load();
            CHECK(reply.text() == "here");
            CHECK(way->opened == 1);
        }
    }());
}

TEST_CASE("an answer that is closed while it waits for the end of its request ends then, and so does the request") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            auto more = co_await line.read();
            std::string said = answer("all");
            line.push(said.substr(0, said.size() - 2));
            co_await sleep(1s);
            line.push(said.substr(said.size() - 2));
            while (more && !more->empty()) more = co_await line.read();
        });
        bool gone = false;
        auto slow = [&]() -> generator<std::string> {
            leaves_a_note last(gone);
            co_yield std::string("a");
            co_await sleep(1h);
            co_yield std::string("b");
        };
        auto at = loop::now();
        auto reply = co_await client_over(way).post("/").body(slow()).stream();
        auto reads = [&]() -> task<std::string> {
            std::string words;
            try {
                while (auto piece = co_await reply.read()) words += *piece;
            } catch (const body_misuse&) {
                words += ", and closed";
            }
            co_return words;
        };
        auto reader = spawn(reads());
        co_await sleep(5s);
        reply.close();
        std::string words = co_await reader;
        CHECK(words == "all, and closed");
        CHECK(gone);
        CHECK(loop::now() - at == 5s);
        CHECK(pool_of(way).open() == 0);
    }());
}

TEST_CASE("a body that is still sent ends with its loop, and the answer can be let go of afterwards") {
    std::optional<http_reply> left;
    work_done made;
    run(virtual_time, [&]() -> task<> {
        auto way = std::make_shared<scripted_upstream>(
            [](net::memory_stream& line, int) -> task<> { co_await echo(line, "transfer-encoding: chunked\r\n"); });
        auto reply = co_await client_over(way).post("/").body(one_every_second(made, 1000)).stream();
        left.emplace(std::move(reply));
    }());
    CHECK(made.gone);
    left.reset();
}
