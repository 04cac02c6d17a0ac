#include <coracle/http/response_writer.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace http = coracle::http;
using http::persistence;

namespace {
struct desk {
    coracle::byte_buffer out{};
    http::head_cache cache{"c"};
    http::response_writer writer{out, cache};
    desk() { cache.tick(0); }
    std::string taken() {
        std::string text(out.view());
        out.clear();
        constexpr std::string_view fixed = "server: c\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
        if (auto at = text.find(fixed); at != std::string::npos) text.erase(at, fixed.size());
        return text;
    }
};
}  // namespace

TEST_CASE("an answer is a head, a length and a body") {
    desk d;
    d.writer.write({200, "text/plain"}, {}, "Hello, World!");
    CHECK(d.out.view() ==
          "HTTP/1.1 200 OK\r\nserver: c\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-type: text/plain\r\n"
          "content-length: 13\r\n\r\nHello, World!");
}

TEST_CASE("answers follow each other in one buffer") {
    desk d;
    d.writer.write({}, {}, "a");
    d.writer.write({404}, {}, "");
    d.writer.begin({}, {});
    d.out.append("body");
    d.writer.finish();
    std::string text(d.out.view());
    CHECK(text.find("content-length: 1\r\n\r\naHTTP/1.1 404 Not Found\r\n") != std::string::npos);
    CHECK(text.find("content-length: 0\r\n\r\nHTTP/1.1 200 OK\r\n") != std::string::npos);
    CHECK(text.ends_with("content-length: 4\r\n\r\nbody"));
}

TEST_CASE("the connection's fate is said when it has to be") {
    desk d;
    d.writer.write({}, {.connection = persistence::close}, "a");
    CHECK(d.taken() == "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\na");
    d.writer.write({}, {.connection = persistence::keep_alive}, "a");
    CHECK(d.taken() == "HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\na");
}

TEST_CASE("the handler's fields stand behind the length") {
    desk d;
    http::field_list fields;
    fields.set("Location", "/echo/1");
    fields.add("Set-Cookie", "a=1");
    fields.add("Set-Cookie", "b=2");
    d.writer.write({201, "text/plain", &fields}, {}, "made\n");
    CHECK(d.taken() ==
          "HTTP/1.1 201 Created\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n"
          "location: /echo/1\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\nmade\n");
}

TEST_CASE("a handler's content-type and server take the place of coracle's") {
    desk d;
    http::field_list fields;
    fields.set("Content-Type", "image/png");
    d.writer.write({200, "text/plain", &fields}, {}, "x");
    CHECK(d.taken() == "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-type: image/png\r\n\r\nx");
    fields.set("server", "mine");
    d.writer.write({200, "text/plain", &fields}, {}, "x");
    CHECK(d.out.view() ==
          "HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-length: 1\r\ncontent-type: "
          "image/png\r\nserver: mine\r\n\r\nx");
}

TEST_CASE("W5: the length is that of what is sent, for every size") {
    for (std::size_t size : {0U, 1U, 9U, 10U, 99U, 100U, 999U, 1000U, 9999U, 10000U, 123456U}) {
        std::string body(size, 'x');
        desk d;
        d.writer.write({}, {}, body);
        CHECK(d.taken() == "HTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(size) + "\r\n\r\n" + body);
        for (std::size_t guess = 1; guess <= 8; ++guess) {
            d.out.append("before");
            d.writer.begin({200, {}}, {}, guess);
            for (std::size_t i = 0; i < size; ++i) d.out.push_back('x');
            CHECK(d.writer.finish() == size);
            d.out.append("after");
            CHECK(d.taken() ==
                  "beforeHTTP/1.1 200 OK\r\ncontent-length: " + std::to_string(size) + "\r\n\r\n" + body + "after");
        }
    }
}

TEST_CASE("W5: fields between length and body survive a wrong guess of the length") {
    for (std::size_t guess : {1U, 2U, 3U, 6U}) {
        desk d;
        http::field_list fields;
        fields.set("x", "y");
        d.writer.begin({200, "t/t", &fields}, {.connection = persistence::close}, guess);
        d.out.append("123456789012");
        d.writer.finish();
        CHECK(d.taken() ==
              "HTTP/1.1 200 OK\r\ncontent-type: t/t\r\ncontent-length: 12\r\nx: y\r\nconnection: "
              "close\r\n\r\n123456789012");
    }
}

TEST_CASE("the answer to HEAD has the same head and no body") {
    for (std::size_t size : {0U, 5U, 12345U}) {
        std::string body(size, 'x');
        desk d;
        d.writer.write({}, {}, body);
        std::string get = d.taken();
        d.writer.write({}, {.head_only = true}, body);
        CHECK(d.taken() == get.substr(0, get.size() - size));
        d.writer.begin({}, {.head_only = true});
        d.out.append(body);
        d.writer.finish();
        CHECK(d.taken() == get.substr(0, get.size() - size));
    }
}

TEST_CASE("1xx, 204 and 304 have neither body nor length") {
    for (int status : {103, 204, 304}) {
        std::string expected =
            "HTTP/1.1 " + std::to_string(status) + " " + std::string(http::reason_phrase(status)) + "\r\n\r\n";
        desk d;
        d.writer.write({status}, {}, "body");
        CHECK(d.taken() == expected);
        d.writer.begin({status}, {});
        d.out.append("body");
        d.writer.finish();
        CHECK(d.taken() == expected);
        CHECK_FALSE(d.writer.begin_stream({status}, {}));
        d.writer.piece("body");
        d.writer.end_stream();
        CHECK(d.taken() == expected);
    }
}

TEST_CASE("205 has a body of no bytes, and says so") {
    desk d;
    d.writer.write({205}, {}, "body");
    CHECK(d.taken() == "HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n");
    d.writer.begin({205}, {});
    d.out.append("body");
    d.writer.finish();
    CHECK(d.taken() == "HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n");
    CHECK_FALSE(d.writer.begin_stream({205}, {}));
    d.writer.piece("body");
    d.writer.end_stream();
    CHECK(d.taken() == "HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n\r\n");
}

TEST_CASE("a stream goes out in chunks") {
    desk d;
    CHECK_FALSE(d.writer.begin_stream({200, "t/t"}, {}));
    d.writer.piece("hello");
    d.writer.piece("");  // would end the body
    d.writer.piece(std::string(300, 'x'));
    d.writer.end_stream();
    CHECK(d.taken() ==
          "HTTP/1.1 200 OK\r\ncontent-type: t/t\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n12c\r\n" +
              std::string(300, 'x') + "\r\n0\r\n\r\n");
}

TEST_CASE("to HTTP/1.0 a stream ends with the connection") {
    desk d;
    CHECK(d.writer.begin_stream({}, {.connection = persistence::keep_alive, .chunks = false}));
    d.writer.piece("hello");
    d.writer.piece("world");
    d.writer.end_stream();
    CHECK(d.taken() == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhelloworld");
}

TEST_CASE("a stream for HEAD is its head") {
    desk d;
    CHECK_FALSE(d.writer.begin_stream({}, {.head_only = true}));
    d.writer.piece("hello");
    d.writer.end_stream();
    CHECK(d.taken() == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
}

TEST_CASE("an answer can be taken back while its body is written") {
    desk d;
    d.out.append("before");
    d.writer.begin({}, {});
    d.out.append("half a bo");
    d.writer.abandon();
    CHECK(d.out.view() == "before");
    d.out.clear();
    d.writer.write({500}, {}, "sorry");
    CHECK(d.taken() == "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 5\r\n\r\nsorry");
}

TEST_CASE("W1: a head that cannot be sent is refused before a byte of it is written") {
    desk d;
    CHECK_THROWS_AS(d.writer.write({200, "a\r\nx: y"}, {}, "body"), std::invalid_argument);
    CHECK_THROWS_AS(d.writer.write({1200}, {}, "body"), std::invalid_argument);
    CHECK_THROWS_AS(d.writer.begin({200, "a\nb"}, {}), std::invalid_argument);
    CHECK_THROWS_AS(d.writer.begin_stream({200, "a\nb"}, {}), std::invalid_argument);
    CHECK(d.out.empty());
    d.writer.write({}, {}, "");  // and the writer is as good as before
    CHECK(d.taken() == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
}

TEST_CASE("the interim answer is a head and nothing else") {
    CHECK(http::continue_response == "HTTP/1.1 100 Continue\r\n\r\n");
}
