#include <coracle/server/incoming_body.hpp>

#include <coracle/http/request_parser.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

using namespace coracle;

namespace {

class nobody final : public server::feeds_body {
public:
    task<std::optional<http::refusal>> more(bool) override { co_return http::refusal::truncated; }
};

struct fixture {
    explicit fixture(std::string bytes) : text(std::move(bytes)) {
        in.take(text);
        http::request_parser parser;
        REQUIRE(parser.parse(text, head) == http::parse_state::complete);
        in.use(parser.consumed());
        turn.head_read(head);
        body.start(head, 100);
    }
    std::string text;
    nobody silence;
    server::input in;
    http::exchange turn;
    http::request_head head;
    server::incoming_body body{silence, in, turn, http::default_limits};
};

}  // namespace

TEST_CASE("pieces come as they arrived, the last one says so, and what follows is left for the next request") {
    fixture f("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nGET");
    std::string all;
    bool last = false;
    while (!last) {
        auto piece = f.body.poll();
        REQUIRE(piece);
        all += piece->bytes;
        last = piece->last;
    }
    CHECK(all == "abcde");
    CHECK(f.in.unread() == "GET");
    CHECK_FALSE(f.turn.reads_body());
}

TEST_CASE("nothing is there yet: no piece, and not the end") {
    fixture f("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n");
    CHECK_FALSE(f.body.poll());
    f.in.take("hello");
    auto piece = f.body.poll();
    REQUIRE(piece);
    CHECK(piece->bytes == "hello");
    CHECK(piece->last);
}

TEST_CASE("D4: a body that is too large is 413, known by its length or only by its chunks") {
    fixture known("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 101\r\n\r\n");
    try {
        (void)known.body.poll();
        FAIL("it was taken");
    } catch (const http_error& error) {
        CHECK(error.status() == 413);
    }
    std::string chunk = "40\r\n" + std::string(64, 'x') + "\r\n";
    fixture unknown("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + chunk + chunk);
    CHECK_THROWS_AS(
        [&] {
            for (int i = 0; i < 10; ++i) (void)unknown.body.poll();
        }(),
        http_error);
    CHECK(unknown.turn.is_last());
}
