#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/outgoing_body.hpp>
#include <coracle/http/response_writer.hpp>

#include <server/talk.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

/// Gives what it was told, and says how often it was asked.
class recited final : public outgoing_body {
public:
    explicit recited(std::vector<std::string> pieces, std::optional<std::uint64_t> said = std::nullopt)
        : pieces_(pieces.begin(), pieces.end()), size_(said) {}
    std::optional<std::uint64_t> size() const noexcept override { return size_; }
    task<std::optional<piece>> next() override {
        ++asked;
        if (pause.count() > 0) co_await sleep(pause);
        if (pieces_.empty()) co_return std::nullopt;
        held_ = std::move(pieces_.front());
        pieces_.pop_front();
        if (held_ == "throw") throw std::runtime_error("the database went away");
        if (held_ == "404") throw http_error(404, "No such row");
        piece one;
        one.bytes = held_;
        co_return one;
    }
    int asked = 0;
    std::chrono::nanoseconds pause{};

private:
    std::deque<std::string> pieces_;
    std::optional<std::uint64_t> size_;
    std::string held_;
};

response streamed(std::shared_ptr<recited> body, int status = 200) {
    response made(status);
    made.headers.set("content-type", "text/csv");
    made.stream = std::move(body);
    return made;
}

std::string asking(std::string_view line, std::string_view more = {}) {
    return std::string(line) + "\r\nhost: a\r\n" + std::string(more) + "\r\n";
}

struct served {
    app site;
    std::string log;
    std::shared_ptr<recited> body;

    explicit served(std::vector<std::string> pieces, std::optional<std::uint64_t> said = std::nullopt, int status = 200,
                    std::chrono::nanoseconds pause = 0ns)
        : body(std::make_shared<recited>(std::move(pieces), said)) {
        body->pause = pause;
        site.get("/", [this, status]() -> task<response> { co_return streamed(body, status); });
        site.get("/next", on_loop([] { return "next"; }));
        site.error_log([this](const std::exception_ptr& error, const request&) {
            try {
                std::rethrow_exception(error);
            } catch (const std::exception& why) {
                log += why.what();
            }
        });
    }
    std::string hear(std::string bytes) {
        server::settings how;
        how.server_header = false;
        std::string heard = talk::undated(talk::hear(site, {talk::step(std::move(bytes))}, how));
        // The client has ended its stream: it may be asked whether it is still there.
        if (heard.starts_with(http::continue_response)) heard.erase(0, http::continue_response.size());
        return heard;
    }
};

}  // namespace

TEST_CASE("a body of unknown size is sent in chunks, and the connection stays") {
    for (auto pause : {0ns, std::chrono::nanoseconds(1s)}) {
        served here({"a,b\n", "", "1,2\n"}, std::nullopt, 200, pause);
        CHECK(here.hear(asking("GET / HTTP/1.1") + asking("GET /next HTTP/1.1")) ==
              "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/csv\r\n\r\n"
              "4\r\na,b\n\r\n4\r\n1,2\n\r\n0\r\n\r\n"
              "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 4\r\n\r\nnext");
        CHECK(here.log == "");
    }
}

TEST_CASE("a body of known size has its length, and the connection stays") {
    served here({"a,b\n", "1,2\n"}, 8);
    CHECK(here.hear(asking("GET / HTTP/1.1") + asking("GET /next HTTP/1.1")) ==
          "HTTP/1.1 200 OK\r\ncontent-length: 8\r\ncontent-type: text/csv\r\n\r\na,b\n1,2\n"
          "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 4\r\n\r\nnext");
}

TEST_CASE("HTTP/1.0 gets a body of unknown size up to the end of the connection, one of known size with its length") {
    served here({"a,b\n"});
    CHECK(here.hear(asking("GET / HTTP/1.0", "connection: keep-alive\r\n") + asking("GET /next HTTP/1.0")) ==
          "HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\nconnection: close\r\n\r\na,b\n");
    served sized({"a,b\n"}, 4);
    CHECK(sized.hear(asking("GET / HTTP/1.0", "connection: keep-alive\r\n")) ==
          "HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-type: text/csv\r\nconnection: keep-alive\r\n\r\na,b\n");
}

TEST_CASE("HEAD, 204 and 304 never ask for a piece") {
    served here({"a,b\n"});
    CHECK(here.hear(asking("HEAD / HTTP/1.1") + asking("GET /next HTTP/1.1"))
              .starts_with(
                  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/csv\r\n\r\nHTTP/1.1 200"));
    CHECK(here.body->asked == 0);
    served sized({"a,b\n"}, 4);
    CHECK(sized.hear(asking("HEAD / HTTP/1.1")) ==
          "HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-type: text/csv\r\n\r\n");
    CHECK(sized.body->asked == 0);
    for (int status : {204, 304, 205}) {
        served none({"a,b\n"}, 4, status);
        std::string heard = none.hear(asking("GET / HTTP/1.1"));
        CHECK(heard.ends_with("\r\n\r\n"));
        CHECK(heard.find("chunked") == std::string::npos);
        CHECK(none.body->asked == 0);
        CHECK(none.log == "");
    }
}

TEST_CASE("W5: a body that is longer than it said is cut before it can be taken for whole") {
    served here({"a,b\n", "1,2\n"}, 6);
    std::string heard = here.hear(asking("GET / HTTP/1.1") + asking("GET /next HTTP/1.1"));
    CHECK(heard == "HTTP/1.1 200 OK\r\ncontent-length: 6\r\ncontent-type: text/csv\r\n\r\na,b\n");
    CHECK(here.log == "coracle: the body of an answer has more bytes than its size() said");
}

TEST_CASE("W5: a body that is shorter than it said ends with the connection") {
    served here({"a,b\n"}, 6);
    std::string heard = here.hear(asking("GET / HTTP/1.1") + asking("GET /next HTTP/1.1"));
    CHECK(heard == "HTTP/1.1 200 OK\r\ncontent-length: 6\r\ncontent-type: text/csv\r\n\r\na,b\n");
    CHECK(here.log == "coracle: the body of an answer has fewer bytes than its size() said");
}

TEST_CASE("what a body throws before its first piece is an answer like any other") {
    served here({"404"});
    CHECK(here.hear(asking("GET / HTTP/1.1")).ends_with("\r\n\r\n{\"detail\":\"No such row\"}"));
    CHECK(here.log == "");
    served broken({"throw"}, std::nullopt, 200, 1s);
    CHECK(broken.hear(asking("GET / HTTP/1.1") + asking("GET /next HTTP/1.1")) ==
          "HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncontent-length: 34\r\n\r\n"
          "{\"detail\":\"Internal Server Error\"}"
          "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 4\r\n\r\nnext");
    CHECK(broken.log == "the database went away");
}

TEST_CASE("what a body throws behind its first piece cuts the connection: no last chunk, and the log has it") {
    served here({"a,b\n", "throw"});
    CHECK(here.hear(asking("GET / HTTP/1.1") + asking("GET /next HTTP/1.1")) ==
          "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/csv\r\n\r\n4\r\na,b\n\r\n");
    CHECK(here.log == "the database went away");
}

TEST_CASE("pieces of any size arrive as they were made") {
    std::vector<std::string> pieces;
    std::string all;
    for (std::size_t size : {1u, 15u, 16u, 255u, 4096u, 16384u, 65536u, 300000u, 3u, 600000u})
        pieces.emplace_back(size, static_cast<char>('a' + size % 26));
    for (const std::string& each : pieces) all += each;
    served here(pieces, all.size());
    std::string heard = here.hear(asking("GET / HTTP/1.1"));
    CHECK((heard.substr(heard.find("\r\n\r\n") + 4) == all));
}

TEST_CASE("a stream that is given twice is sent once: the second answer is 500, and the first is whole") {
    for (auto pause : {0ns, std::chrono::nanoseconds(1ms)}) {
        served here({"a", "b", "c"}, std::nullopt, 200, pause);
        std::string heard = here.hear(asking("HEAD / HTTP/1.1") + asking("GET / HTTP/1.1") + asking("GET / HTTP/1.1"));
        CHECK(heard.find("\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\nHTTP/1.1 500 ") != heard.npos);
        CHECK(here.log ==
              "coracle: a response with a stream was given for a second time; its body is made while it is sent, once: "
              "make such a response anew for each request");
        CHECK(here.body->asked == 4);
    }
}
