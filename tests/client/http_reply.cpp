#include <coracle/client/http_reply.hpp>
#include <coracle/loop/run.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

struct person {
    int id = 0;
    std::string name;
};

http_reply with(int status, std::string body) {
    http_reply made;
    made.status = status;
    made.method = "GET";
    made.url = http::url::parse("http://someone:secret@example.com/users/1");
    made.set_body(std::move(body));
    return made;
}

class pieces final : public client::reply_stream {
public:
    explicit pieces(std::vector<std::string> all) : all_(std::move(all)) {}
    task<std::optional<std::string>> read() override {
        if (next_ == all_.size()) co_return std::nullopt;
        if (all_[next_] == "!") throw read_failed("broken", {});
        co_return all_[next_++];
    }
    const http::owned_fields& trailers() const noexcept override { return none_; }

private:
    std::vector<std::string> all_;
    std::size_t next_ = 0;
    http::owned_fields none_;
};

std::string what_of(auto&& call) {
    try {
        call();
    } catch (const std::exception& why) {
        return why.what();
    }
    return "nothing was thrown";
}

}  // namespace

TEST_CASE("the body of a reply is a text, a struct or json") {
    http_reply reply = with(200, R"({"id": 7, "name": "Ada"})");
    CHECK(reply.ok());
    CHECK(reply.reason() == "OK");
    CHECK(reply.json<person>().name == "Ada");
    CHECK(reply.json()["id"].as_int() == 7);
    CHECK(reply.text().size() == 24);
    CHECK(&reply.raise_for_status() == &reply);
}

TEST_CASE("what cannot be decoded says what came and where it is wrong") {
    CHECK(what_of([] { (void)with(200, "<html>").json<person>(); }) ==
          "the answer to GET http://example.com/users/1 is no JSON; it is 200: <html>");
    std::string wrong = what_of([] { (void)with(200, R"({"id": "x", "name": "Ada"})").json<person>(); });
    CHECK(wrong.find("is not what was expected: ") != std::string::npos);
    CHECK(wrong.find(R"(["id"])") != std::string::npos);
}

TEST_CASE("a body that came encoded is not taken for a text, and the sentence says what to do") {
    auto encoded = [](int status, std::string body) {
        http_reply made = with(status, std::move(body));
        made.headers = http::owned_fields::copy_of("content-encoding: gzip");
        made.headers.push_back({"content-encoding", made.headers.bytes().substr(18)});
        return made;
    };
    const std::string bytes("\x1f\x8b\x08\0\0", 5);
    CHECK(
        what_of([&] { (void)encoded(200, bytes).json(); }) ==
        "the answer to GET http://example.com/users/1 is encoded with gzip, which was not asked for and is not decoded "
        "here; decode text(), for every answer in on_reply by set_body(), or tell the server "
        ".header(\"accept-encoding\", \"identity\"); it is 200: 5 bytes of gzip");
    CHECK(what_of([&] { encoded(500, bytes).raise_for_status(); }) ==
          "GET http://example.com/users/1 was answered with 500 Internal Server Error: 5 bytes of gzip");
    // One that a hook has decoded is what it is.
    CHECK(what_of([&] { (void)encoded(200, "<html>").json(); }).ends_with(" is no JSON; it is 200: <html>"));
    CHECK(encoded(200, "[1]").json().is_array());
}

TEST_CASE("what is said about a reply shows no secret of its URL") {
    http_reply reply = with(404, "");
    reply.url = http::url::parse("http://example.com/users?token=secret&page=1");
    CHECK(what_of([&] { reply.raise_for_status(); }) ==
          "GET http://example.com/users?token=...&page=... was answered with 404 Not Found");
    CHECK(reply.url.text() == "http://example.com/users?token=secret&page=1");
}

TEST_CASE("a status of 400 and more is raised with method, URL and the beginning of the body") {
    http_reply missing = with(404, R"({"detail":"User not found"})");
    CHECK(!missing.ok());
    CHECK(what_of([&] { missing.raise_for_status(); }) ==
          R"(GET http://example.com/users/1 was answered with 404 Not Found: {"detail":"User not found"})");
    try {
        with(503, std::string(1000, 'x')).raise_for_status();
    } catch (const status_error& why) {
        CHECK(why.status() == 503);
        CHECK(std::string(why.what()).size() < 300);
    }
    CHECK_NOTHROW(with(302, "").raise_for_status());
}

TEST_CASE("a stream is read piece by piece, or loaded") {
    run([]() -> task<> {
        http_reply reply = with(200, "");
        reply.set_stream(std::make_unique<pieces>(std::vector<std::string>{"[1,", "2]"}));
        CHECK_THROWS_AS((void)reply.text(), body_misuse);
        std::string all;
        while (auto piece = co_await reply.read()) all += *piece + '|';
        CHECK(all == "[1,|2]|");
        auto more = co_await reply.read();
        CHECK(!more);

        http_reply loaded = with(200, "");
        loaded.set_stream(std::make_unique<pieces>(std::vector<std::string>{"[1,", "2]"}));
        co_await loaded.load();
        CHECK(loaded.json<std::vector<int>>().size() == 2);
        auto once = co_await loaded.read();
        CHECK(once == "[1,2]");
        auto end = co_await loaded.read();
        CHECK(!end);
    }());
}

TEST_CASE("a stream that was closed or has failed is not read as if it had ended") {
    run([]() -> task<> {
        http_reply reply = with(200, "");
        reply.set_stream(std::make_unique<pieces>(std::vector<std::string>{"abc", "!"}));
        auto piece = co_await reply.read();
        CHECK(piece == "abc");
        bool failed = false;
        try {
            auto broken = co_await reply.read();
            CHECK(!broken);
        } catch (const read_failed&) {
            failed = true;
        }
        CHECK(failed);
        bool refused = false;
        try {
            auto again = co_await reply.read();
            CHECK(!again);
        } catch (const body_misuse&) {
            refused = true;
        }
        CHECK(refused);
        http_reply closed = with(200, "");
        closed.set_stream(std::make_unique<pieces>(std::vector<std::string>{"abc"}));
        closed.close();
        CHECK_THROWS_AS((void)closed.text(), body_misuse);
    }());
}
