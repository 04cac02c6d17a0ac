#include <coracle/async/join_handle.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <client/client_over.hpp>
#include <client/scripted_upstream.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace coracle;
using client::answer;
using client::client_over;
using client::next_request;
using client::pool_of;
using client::scripted_upstream;

namespace {

/// What a request throws, as its text; that of a reply when it throws nothing.
template <class Error>
task<std::string> told(task<http_reply> request) {
    std::string words;
    try {
        http_reply reply = co_await std::move(request);
        words = "answered " + std::to_string(reply.status);
    } catch (const Error& why) {
        words = why.what();
    } catch (const client_error& why) {
        words = std::string("another error: ") + why.what();
    }
    co_return words;
}

std::shared_ptr<scripted_upstream> saying_all(std::vector<std::string> answers, bool ends) {
    auto all = std::make_shared<std::vector<std::string>>(std::move(answers));
    return std::make_shared<scripted_upstream>([all, ends](net::memory_stream& line, int) -> task<> {
        for (std::size_t i = 0;; ++i) {
            std::string asked = co_await next_request(line);
            if (asked.empty()) co_return;
            auto sent = co_await line.write((*all)[i < all->size() ? i : all->size() - 1]);
            if (!sent || ends) co_return;
        }
    });
}
/// One answer after the other, and the last one again and again.
template <class... Text>
std::shared_ptr<scripted_upstream> saying(Text... answers) {
    return saying_all({std::string(answers)...}, false);
}
/// Leads to sockets whose other ends the test has in its hands: they do what it says within one turn of the loop.
class in_hand final : public client::transport {
public:
    task<result<net::any_stream, net::connect_error>> open(client::destination) override {
        int pair[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
        lines.push_back(std::make_unique<net::socket_stream>(os::file_descriptor(pair[1]), net::address()));
        jobs.push_back(spawn(serve(*lines.back(), lines.size())));
        co_return net::any_stream(net::socket_stream(os::file_descriptor(pair[0]), net::address()));
    }
    std::vector<std::unique_ptr<net::socket_stream>> lines{};
    std::vector<std::string> heard{};  // each with the number of its line

private:
    task<> serve(net::socket_stream& line, std::size_t number) {
        while (true) {
            auto asked = co_await line.read();
            if (!asked || asked->empty()) co_return;
            heard.push_back(std::to_string(number) + ' ' + std::string(asked->substr(0, asked->find(" HTTP"))));
            auto sent = line.try_write(answer("from " + std::to_string(number)));
            CHECK(sent.has_value());
        }
    }
    std::vector<join_handle<>> jobs{};
};
/// Then it hangs up.
std::shared_ptr<scripted_upstream> saying_once(std::string said) { return saying_all({std::move(said)}, true); }

}  // namespace

TEST_CASE("a request stands on the wire as it should, and its connection is used again") {
    run(virtual_time, []() -> task<> {
        std::vector<std::string> heard;
        auto way = scripted_upstream::answering([&](const std::string& request) {
            heard.push_back(request);
            return answer("hello");
        });
        http_client http = client_over(way);
        auto reply = co_await http.get("/users/1").query("full", "1").header("accept-language", "en");
        CHECK(reply.status == 200);
        CHECK(reply.text() == "hello");
        CHECK(reply.url.text() == "http://example.com/users/1?full=1");
        CHECK(reply.method == "GET");
        CHECK(heard.at(0) ==
              "GET /users/1?full=1 HTTP/1.1\r\nhost: example.com\r\naccept-language: en\r\naccept: */*\r\n"
              "user-agent: coracle/" CORACLE_VERSION_STRING "\r\n\r\n");
        auto posted = co_await http.post("/items").json(std::string("x"));
        CHECK(posted.ok());
        CHECK(heard.at(1).find("content-length: 3\r\n") != std::string::npos);
        CHECK(heard.at(1).ends_with("\r\n\r\n\"x\""));
        auto empty = co_await http.put("/items/1");
        CHECK(heard.at(2).find("content-length: 0\r\n") != std::string::npos);
        CHECK(empty.ok());
        CHECK(way->opened == 1);
        CHECK(way->last_host == "example.com");
        CHECK(way->last_port == 80);
        CHECK(pool_of(way).idle() == 1);
    }());
}

TEST_CASE("HEAD, 204 and 304 have no body, and their connection stays good") {
    run(virtual_time, []() -> task<> {
        auto way = saying("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
                          "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n");
        http_client http = client_over(way);
        auto head = co_await http.head("/");
        CHECK(head.headers["content-length"] == "5");
        CHECK(head.text().empty());
        auto none = co_await http.del("/");
        CHECK(none.status == 204);
        auto same = co_await http.get("/");
        CHECK(same.status == 304);
        CHECK(way->opened == 1);
    }());
}

TEST_CASE("an answer in chunks has trailers, and is announced") {
    run(virtual_time, []() -> task<> {
        auto way = saying(
            "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n2\r\nde\r\n0\r\nx-sum: 5\r\n\r\n");
        auto reply = co_await client_over(way).get("/");
        CHECK(reply.text() == "abcde");
        CHECK(reply.trailers()["x-sum"] == "5");
        CHECK(pool_of(way).idle() == 1);
    }());
}

TEST_CASE("a body that is made while it is sent goes as chunks, or with the length that it says") {
    class counting final : public body_stream {
    public:
        explicit counting(std::optional<std::uint64_t> says) : says_(says) {}
        task<std::optional<std::string_view>> read() override {
            if (next_ == 3) co_return std::nullopt;
            text_ = std::to_string(next_++) + std::string(17, '.');
            co_return text_;
        }
        std::optional<std::uint64_t> length() const override { return says_; }

    private:
        std::optional<std::uint64_t> says_;
        int next_ = 0;
        std::string text_;
    };
    run(virtual_time, []() -> task<> {
        std::string heard;
        auto way = scripted_upstream::answering([&](const std::string& request) {
            heard = request;
            return answer("");
        });
        http_client http = client_over(way);
        auto reply = co_await http.post("/").body(std::make_unique<counting>(std::nullopt));
        CHECK(reply.ok());
        CHECK(
            heard.ends_with("transfer-encoding: chunked\r\n\r\n12\r\n0.................\r\n12\r\n"
                            "1.................\r\n12\r\n2.................\r\n0\r\n\r\n"));
        auto sized = co_await http.post("/").body(std::make_unique<counting>(54));
        CHECK(sized.ok());
        CHECK(heard.find("content-length: 54\r\n\r\n0....") != std::string::npos);
        for (std::uint64_t wrong = 53; wrong <= 55; wrong += 2) {
            std::string why =
                co_await told<local_protocol_error>(http.post("/").body(std::make_unique<counting>(wrong)).send());
            CHECK(why == "POST http://example.com/: the body is not as long as its length() says");
        }
        CHECK(pool_of(way).open() == 0);
    }());
}

TEST_CASE("a large body goes out piece by piece, also where the server takes little at a time") {
    run(virtual_time, []() -> task<> {
        std::size_t bytes = 0;
        auto way = std::make_shared<scripted_upstream>(
            [&](net::memory_stream& line, int) -> task<> {
                std::string asked = co_await next_request(line);
                bytes = asked.size();
                auto sent = co_await line.write(answer("got it"));
                CHECK(sent.has_value());
            },
            10'000);
        auto reply = co_await client_over(way).post("/").body(std::string(1'000'000, 'x'));
        CHECK(reply.text() == "got it");
        CHECK(bytes > 1'000'000);
    }());
}

TEST_CASE("a server that answers before it has read all may close, and is heard all the same") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>(
            [](net::memory_stream& line, int) -> task<> {
                auto some = co_await line.read();
                CHECK(some.has_value());
                line.push(answer("too large", 413, "connection: close"));
            },
            1000);
        auto reply = co_await client_over(way).post("/").body(std::string(1'000'000, 'x'));
        CHECK(reply.status == 413);
        CHECK(reply.text() == "too large");
        CHECK(pool_of(way).open() == 0);
    }());
}

TEST_CASE("a stream is read as it comes, and holds its sender back") {
    run(virtual_time, []() -> task<> {
        std::size_t sent_pieces = 0;
        auto way = std::make_shared<scripted_upstream>(
            [&](net::memory_stream& line, int) -> task<> {
                std::string asked = co_await next_request(line);
                auto head = co_await line.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
                for (; head && sent_pieces < 100; ++sent_pieces) head = co_await line.write(std::string(1000, 'x'));
                asked = co_await next_request(line);
            },
            2000);
        auto reply = co_await client_over(way).get("/").stream();
        CHECK(reply.status == 200);
        co_await sleep(3s);
        CHECK(sent_pieces < 5);
        std::size_t bytes = 0;
        while (auto piece = co_await reply.read()) bytes += piece->size();
        CHECK(bytes == 100'000);
        CHECK(sent_pieces == 100);
        CHECK(pool_of(way).idle() == 1);
    }());
}

TEST_CASE("a stream may be closed while somebody reads it, who is told") {
    run(virtual_time, []() -> task<> {
        for (std::string_view length : {"content-length: 10\r\n", ""}) {  // also where the end of the stream ends it
            auto way = std::make_shared<scripted_upstream>([&](net::memory_stream& line, int) -> task<> {
                std::string asked = co_await next_request(line);
                std::string said = "HTTP/1.1 200 OK\r\n" + std::string(length) + "\r\nab";
                auto sent = co_await line.write(said);
                if (sent) asked = co_await next_request(line);
            });
            http_client http = client_over(way);
            auto reply = co_await http.get("/").stream();
            auto first = co_await reply.read();
            CHECK(first == "ab");
            std::string why;
            auto read = [&]() -> task<> {
                try {
                    auto more = co_await reply.read();
                } catch (const body_misuse& misuse) {
                    why = misuse.what();
                }
            };
            auto reads = spawn(read());
            co_await sleep(std::chrono::seconds(1));
            reply.close();
            co_await reads;
            CHECK(why.find("was closed") != std::string::npos);
            CHECK(pool_of(way).open() == 0);
            CHECK_THROWS_AS((void)reply.text(), body_misuse);
        }
    }());
}

TEST_CASE("C3 a connection with a body that was not read to its end is closed, and never another's") {
    run(virtual_time, []() -> task<> {
        auto way =
            saying("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil");
        {
            auto reply = co_await client_over(way).get("/").stream();
            auto piece = co_await reply.read();
            CHECK(piece.has_value());
            CHECK(pool_of(way).open() == 1);
        }
        CHECK(pool_of(way).open() == 0);
        CHECK(way->open_now == 1);
        co_await sleep(1s);
        CHECK(way->open_now == 0);
        auto closed = co_await client_over(way).get("/").stream();
        closed.close();
        CHECK(pool_of(way).open() == 0);
    }());
}

TEST_CASE("C3 what comes behind an answer spoils the connection") {
    run(virtual_time, []() -> task<> {
        auto way = saying(answer("one") + answer("stolen"), answer("two"));
        http_client http = client_over(way);
        auto first = co_await http.get("/1");
        CHECK(first.text() == "one");
        CHECK(pool_of(way).open() == 0);
        auto second = co_await http.get("/2");
        CHECK(second.text() == "one");
        CHECK(way->opened == 2);
    }());
}

TEST_CASE("C3 what comes on an idle connection closes it, and is nobody's answer") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>([](net::memory_stream& line, int number) -> task<> {
            std::string asked = co_await next_request(line);
            line.push(answer(std::to_string(number)));
            co_await sleep(1s);
            line.push(answer("unasked", 408, "connection: close"));
            asked = co_await next_request(line);
            CHECK(asked.empty());
        });
        http_client http = client_over(way);
        auto first = co_await http.get("/");
        CHECK(first.text() == "1");
        CHECK(pool_of(way).idle() == 1);
        co_await sleep(2s);
        CHECK(pool_of(way).idle() == 0);
        CHECK(pool_of(way).open() == 0);
        auto second = co_await http.get("/");
        CHECK(second.text() == "2");
    }());
}

TEST_CASE("C3 an answer that is cut off is an error, not a short answer") {
    run(virtual_time, []() -> task<> {
        const std::vector<std::string> all{"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
                                           "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                                           "HTTP/1.1 200 OK\r\nco"};
        for (const std::string& cut : all) {
            std::string why = co_await told<remote_protocol_error>(client_over(saying_once(cut)).get("/a").send());
            CHECK(why ==
                  "GET http://example.com/a: the answer cannot be used: the connection was closed in the middle of the "
                  "answer");
        }
        std::string none = co_await told<remote_protocol_error>(client_over(saying_once("")).get("/a").send());
        CHECK(none ==
              "GET http://example.com/a: the answer cannot be used: the connection was closed before the answer");
        auto open = co_await client_over(saying_once("HTTP/1.1 200 OK\r\n\r\nall of it")).get("/");
        CHECK(open.text() == "all of it");
        auto reply =
            co_await client_over(saying_once("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")).get("/").stream();
        bool failed = false;
        try {
            while (auto piece = co_await reply.read()) CHECK(*piece == "half");
        } catch (const remote_protocol_error&) {
            failed = true;
        }
        CHECK(failed);
    }());
}

TEST_CASE("C4 an answer that is too large, or announced for ever, is refused and its connection closed") {
    run(virtual_time, []() -> task<> {
        std::string interims;
        for (int i = 0; i < 9; ++i) interims += "HTTP/1.1 100 Continue\r\n\r\n";
        struct one {
            std::string said;
            std::string why;
        };
        const std::vector<one> cases{
            {interims, "it is announced again and again and does not come"},
            {"HTTP/1.1 200 OK\r\nx: " + std::string(70'000, 'x') + "\r\n\r\n", "its head is too large"},
            {"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", "its body is larger than allowed"},
            {"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffff\r\n", "its body is larger than allowed"},
            {"HTTP/1.1 200 OK\ncontent-length: 0\n\n", "one of its lines does not end in CR LF"},
            {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "it goes on with a protocol nobody asked for"}};
        for (const one& each : cases) {
            auto way = saying(each.said);
            std::string why = co_await told<remote_protocol_error>(client_over(way).get("/").send());
            CHECK(why == "GET http://example.com/: the answer cannot be used: " + each.why);
            CHECK(pool_of(way).open() == 0);
        }
        std::string small = co_await told<remote_protocol_error>(
            client_over(saying(answer("12345"))).get("/").max_body_bytes(4).send());
        CHECK(small.ends_with("its body is larger than allowed"));
        std::string fits =
            co_await told<remote_protocol_error>(client_over(saying(answer("1234"))).get("/").max_body_bytes(4).send());
        CHECK(fits == "answered 200");
    }());
}

TEST_CASE("W2 a request that was built by hand cannot end its lines either") {
    run(virtual_time, []() -> task<> {
        auto way = saying(answer(""));
        http_client http = client_over(way);
        outgoing_request request;
        request.url = http::url::parse("http://example.com/");
        request.url.path = "/a HTTP/1.1\r\nx: y";
        std::string path = co_await told<local_protocol_error>(http.send(std::move(request)));
        CHECK(path.find("has a space or a control character") != std::string::npos);
        outgoing_request named;
        named.url = http::url::parse("http://example.com/");
        named.method = "GET / HTTP/1.1\r\nx:";
        std::string method = co_await told<local_protocol_error>(http.send(std::move(named)));
        CHECK(method.find("cannot have this method") != std::string::npos);
        CHECK(pool_of(way).open() == 0);
    }());
}

TEST_CASE(
    "a connection that was closed while it was kept is asked nothing; closed just now, it is asked once more "
    "elsewhere") {
    run(virtual_time, []() -> task<> {
        int heard = 0;
        // Reads the second request and leaves without a word.
        auto way = std::make_shared<scripted_upstream>([&](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await next_request(line);
            ++heard;
            line.push(answer("one"));
            asked = co_await next_request(line);
            if (!asked.empty()) ++heard;
        });
        http_client http = client_over(way);
        auto first = co_await http.get("/");
        CHECK(first.ok());
        auto second = co_await http.get("/");
        CHECK(second.ok());
        CHECK(heard == 3);
        CHECK(way->opened == 2);
        std::string post = co_await told<remote_protocol_error>(http.post("/").body("x").send());
        CHECK(post ==
              "POST http://example.com/: the answer cannot be used: the connection was closed before the answer");
        CHECK(heard == 4);
        CHECK(way->opened == 2);
    }());
}

TEST_CASE("one that has begun to answer is not asked again") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>([&](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await next_request(line);
            line.push(answer("one"));
            asked = co_await next_request(line);
            line.push("HTTP/1.1 2");
        });
        http_client http = client_over(way);
        auto first = co_await http.get("/");
        CHECK(first.ok());
        std::string why = co_await told<remote_protocol_error>(http.get("/").send());
        CHECK(why.ends_with("closed in the middle of the answer"));
        CHECK(way->opened == 1);
    }());
}

TEST_CASE("an upload over a slow line is given up by who takes nothing, not by who takes little") {
    run(virtual_time, []() -> task<> {
        std::size_t most = 0;
        auto slow = std::make_shared<scripted_upstream>(
            [&](net::memory_stream& line, int) -> task<> {
                for (std::size_t all = 0; all < 1'000'000;) {
                    co_await sleep(4s);
                    for (std::size_t some = 0; some < 40 * 1024 && all < 1'000'000;) {
                        auto piece = co_await line.read();
                        if (!piece || piece->empty()) co_return;
                        some += piece->size();
                        all += piece->size();
                    }
                    most = all;
                }
                std::string said = answer("thanks");
                auto sent = co_await line.write(said);
                CHECK(sent);
                co_await sleep(1min);
            },
            16 * 1024);
        auto reply = co_await client_over(slow).post("/a").body(std::string(1'000'000, 'x'));
        CHECK(reply.text() == "thanks");
        CHECK(most >= 1'000'000);
    }());
}

TEST_CASE("each thing has its time, and its exception says after how long") {
    run(virtual_time, []() -> task<> {
        auto at = loop::now();
        auto slow = saying(answer(""));
        slow->takes = 1min;
        std::string connect = co_await told<connect_timed_out>(client_over(slow).get("/a").send());
        CHECK(connect == "GET http://example.com/a: there was no connection within 5s");
        CHECK(loop::now() - at == 5s);
        CHECK(pool_of(slow).open() == 0);

        at = loop::now();
        auto mute = std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await next_request(line);
            while (!asked.empty()) asked = co_await next_request(line);
        });
        std::string read = co_await told<read_timed_out>(client_over(mute).get("/a").send());
        CHECK(read == "GET http://example.com/a: the server has sent nothing for 5s");
        CHECK(loop::now() - at == 5s);
        std::string own = co_await told<read_timed_out>(client_over(mute).get("/a").timeout(100ms).send());
        CHECK(own == "GET http://example.com/a: the server has sent nothing for 100ms");

        at = loop::now();
        auto deaf = std::make_shared<scripted_upstream>([](net::memory_stream&, int) -> task<> { co_await sleep(1h); });
        std::string write = co_await told<write_timed_out>(
            client_over(deaf, client_timeouts(2s)).post("/a").body(std::string(200'000, 'x')).send());
        CHECK(write == "POST http://example.com/a: the server has taken nothing for 2s");
        CHECK(loop::now() - at == 2s);

        at = loop::now();
        auto dripping = std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await next_request(line);
            line.push("HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n");
            for (int i = 0; i < 20; ++i) {
                co_await sleep(1s);
                line.push("x");
            }
        });
        auto patient = co_await client_over(dripping).get("/");
        CHECK(patient.text().size() == 20);
        CHECK(loop::now() - at == 20s);
        at = loop::now();
        std::string total =
            co_await told<total_timed_out>(client_over(dripping, client_timeouts().total(7s)).get("/a").send());
        CHECK(total == "GET http://example.com/a: was not done within 7s in all");
        CHECK(loop::now() - at == 7s);
        at = loop::now();
        std::string connecting =
            co_await told<total_timed_out>(client_over(slow, client_timeouts().total(3s)).get("/a").send());
        CHECK(connecting == "GET http://example.com/a: was not done within 3s in all");
        CHECK(loop::now() - at == 3s);
        CHECK(pool_of(dripping).open() == 0);
    }());
}

TEST_CASE("the time of a stream begins anew with every piece, and all of it may be bounded") {
    run(virtual_time, []() -> task<> {
        auto dripping = std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await next_request(line);
            line.push("HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n");
            for (int i = 0; i < 5; ++i) {
                co_await sleep(3s);
                line.push("x");
            }
            co_await sleep(1h);
        });
        auto reply = co_await client_over(dripping).get("/").stream();
        co_await sleep(1min);  // whoever reads may take the time that he takes
        std::size_t bytes = 0;
        std::string why;
        auto at = loop::now();
        try {
            while (auto piece = co_await reply.read()) bytes += piece->size();
        } catch (const read_timed_out& late) {
            why = late.what();
        }
        CHECK(bytes == 5);
        CHECK(why == "GET http://example.com/: the server has sent nothing for 5s");
        CHECK(loop::now() - at == 5s);
        CHECK(pool_of(dripping).open() == 0);
    }());
}

TEST_CASE("who finds no connection says where, and why") {
    run(virtual_time, []() -> task<> {
        auto way = saying(answer(""));
        way->refuses = std::make_error_code(std::errc::connection_refused);
        bool caught = false;
        try {
            auto reply = co_await client_over(way).get("/a");
            CHECK(!reply.ok());
        } catch (const connect_failed& why) {
            caught = true;
            CHECK(why.code() == std::errc::connection_refused);
            CHECK(std::string(why.what()) ==
                  "GET http://example.com/a: cannot connect to 'example.com': Connection refused");
        }
        CHECK(caught);
        CHECK(pool_of(way).open() == 0);
    }());
}

TEST_CASE("https needs somebody who encrypts, and the sentence names the header") {
    run(virtual_time, []() -> task<> {
        http_client http;
        std::string why = co_await told<unsupported_protocol>(http.get("https://example.com/").send());
        CHECK(why.find("#include <coracle/with/openssl.hpp>") != std::string::npos);
        CHECK(why.starts_with("GET https://example.com/: https needs"));
    }());
}

TEST_CASE("a secure_layer stands between the stream and the client") {
    // Turns every byte around, as an encryption that nobody needs to break.
    class turned {
    public:
        explicit turned(net::any_stream inner) : inner_(std::move(inner)) {}
        task<result<std::string_view>> read() {
            auto bytes = co_await inner_.read();
            if (!bytes) co_return failure(bytes.error());
            held_ = turn(*bytes);
            co_return std::string_view(held_);
        }
        task<result<std::size_t>> read(std::span<char> room) { return inner_.read(room); }
        task<result<void>> write(std::string_view head, std::string_view body = {}) {
            std::string sent = turn(head) + turn(body);
            auto done = co_await inner_.write(sent);
            co_return done;
        }
        result<std::size_t> try_write(std::string_view bytes) { return inner_.try_write(bytes); }
        void shutdown_read() noexcept { inner_.shutdown_read(); }
        result<void> shutdown_write() { return inner_.shutdown_write(); }
        void close() noexcept { inner_.close(); }
        bool hung_up() const noexcept { return inner_.hung_up(); }
        const net::address& peer() const { return inner_.peer(); }
        static std::string turn(std::string_view text) {
            std::string out(text);
            for (char& c : out) c = static_cast<char>(c ^ 0x55);
            return out;
        }

    private:
        net::any_stream inner_;
        std::string held_;
    };
    class turning final : public client::secure_layer {
    public:
        std::string host{};
        task<result<net::any_stream, net::connect_error>> wrap(net::any_stream plain, std::string to) override {
            host = std::move(to);
            co_return net::any_stream(turned(std::move(plain)));
        }
    };
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            for (int i = 0; i < 2; ++i) {
                auto asked = co_await line.read();
                REQUIRE(asked.has_value());
                CHECK(turned::turn(*asked).starts_with("GET /secret HTTP/1.1\r\nhost: example.com\r\n"));
                line.push(turned::turn(answer("hidden")));
            }
        });
        auto layer = std::make_shared<turning>();
        http_client_options options;
        options.base_url = "https://example.com";
        options.transport = way;
        options.tls = layer;
        http_client http(std::move(options));
        for (int i = 0; i < 2; ++i) {
            auto reply = co_await http.get("/secret");
            CHECK(reply.text() == "hidden");
        }
        CHECK(layer->host == "example.com");
        CHECK(way->last_port == 443);
        CHECK(way->opened == 1);
    }());
}

TEST_CASE("a 101 that was asked for leaves the pool with the stream and what came behind it") {
    run(virtual_time, []() -> task<> {
        auto way = std::make_shared<scripted_upstream>([](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await next_request(line);
            CHECK(asked.find("connection: Upgrade\r\nupgrade: websocket\r\n") != std::string::npos);
            line.push("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nfirst");
            auto more = co_await line.read();
            REQUIRE(more.has_value());
            CHECK(*more == "from the client");
            line.push("more");
        });
        http_client http = client_over(way);
        outgoing_request request;
        request.url = http::url::parse("ws://example.com/chat");
        request.options.upgrade = "websocket";
        client::upgraded line = co_await http.upgrade(std::move(request));
        REQUIRE(line);
        CHECK(line.reply.status == 101);
        CHECK(line.already == "first");
        CHECK(pool_of(way).open() == 0);
        co_await sleep(1min);
        auto sent = co_await line.stream.write("from the client");
        CHECK(sent.has_value());
        auto bytes = co_await line.stream.read();
        REQUIRE(bytes.has_value());
        CHECK(*bytes == "more");

        auto refusing = saying(answer("no", 403));
        outgoing_request again;
        again.url = http::url::parse("ws://example.com/chat");
        again.options.upgrade = "websocket";
        client::upgraded none = co_await client_over(refusing).upgrade(std::move(again));
        CHECK(!none);
        CHECK(none.reply.status == 403);
        CHECK(none.reply.text() == "no");
    }());
}

TEST_CASE("a stream that outlives its loop says so, and its connection was closed with the loop") {
    auto way = saying("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
    http_reply kept = run([&]() -> task<http_reply> {
        auto reply = co_await client_over(way).get("/").stream();
        co_return reply;
    }());
    CHECK(kept.status == 200);
    std::string why = run([&]() -> task<std::string> {
        std::string words;
        try {
            auto piece = co_await kept.read();
            CHECK(!piece);
        } catch (const body_misuse& wrong) {
            words = wrong.what();
        }
        co_return words;
    }());
    CHECK(why.find("outside of the loop") != std::string::npos);
}

TEST_CASE(
    "C3 C6 in the turn in which a connection was released, what must not be asked twice is asked once, elsewhere") {
    enum class does { nothing, leave, speak };
    for (does what : {does::nothing, does::leave, does::speak}) {
        run([what]() -> task<> {
            auto way = std::make_shared<in_hand>();
            http_client http = client_over(way);
            auto first = co_await http.get("/first");
            CHECK(first.text() == "from 1");
            // No turn of the loop has passed since: no event can have told of this.
            CHECK(pool_of(way).idle() == 1);
            if (what == does::leave) way->lines[0]->close();
            if (what == does::speak) CHECK(way->lines[0]->try_write(answer("unasked", 408)).has_value());
            auto posted = co_await http.post("/pay").body("1");
            std::string number = what == does::nothing ? "1" : "2";
            CHECK(posted.text() == "from " + number);
            CHECK(way->heard == std::vector<std::string>{"1 GET /first", number + " POST /pay"});
        }());
    }
    run([]() -> task<> {
        auto way = std::make_shared<in_hand>();
        http_client http = client_over(way);
        auto first = co_await http.get("/first");
        CHECK(first.ok());
        way->lines[0]->close();
        auto again = co_await http.get("/second");
        CHECK(again.text() == "from 2");
        CHECK(way->heard == std::vector<std::string>{"1 GET /first", "2 GET /second"});
    }());
}

TEST_CASE("no coding is asked for that is not decoded, and a hook may decode what comes all the same") {
    run(virtual_time, []() -> task<> {
        std::string heard;
        http_client_options options;
        options.base_url = "http://example.com";
        options.transport = scripted_upstream::answering([&](const std::string& request) {
            heard = request;
            return answer("]1[", 200, "content-encoding: backwards");
        });
        options.on_reply = [](http_reply& reply) -> task<> {
            if (reply.headers["content-encoding"] == "backwards") {
                std::string text = std::move(reply).text();
                reply.set_body(std::string(text.rbegin(), text.rend()));
            }
            co_return;
        };
        auto reply = co_await http_client(std::move(options)).get("/");
        CHECK(reply.json()[0].as_int() == 1);
        CHECK(heard.find("accept-encoding") == heard.npos);
    }());
}
