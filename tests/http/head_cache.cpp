#include <coracle/http/head_cache.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace http = coracle::http;

TEST_CASE("a block is everything up to the length") {
    http::head_cache cache;
    cache.tick(784111777);
    CHECK(cache.block(200, "text/plain") ==
          "HTTP/1.1 200 OK\r\nserver: coracle\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-type: "
          "text/plain\r\ncontent-length: ");
    CHECK(cache.block(404, "") ==
          "HTTP/1.1 404 Not Found\r\nserver: coracle\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: ");
    CHECK(cache.block(299, "") ==
          "HTTP/1.1 299 \r\nserver: coracle\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: ");
}

TEST_CASE("the date follows the tick in every block") {
    http::head_cache cache("");
    cache.tick(784111777);
    std::string first(cache.block(200, "a/b"));
    (void)cache.block(404, "a/b");
    CHECK(cache.date() == "Sun, 06 Nov 1994 08:49:37 GMT");
    cache.tick(784111777);
    CHECK(cache.block(200, "a/b") == first);
    cache.tick(784111778);
    CHECK(cache.block(200, "a/b") ==
          "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:38 GMT\r\ncontent-type: a/b\r\ncontent-length: ");
    CHECK(cache.block(404, "a/b").find("08:49:38") != std::string_view::npos);
    CHECK(cache.render(200, "a/b") == cache.block(200, "a/b"));
}

TEST_CASE("more pairs than slots, and types too long for one, come out right and stay bounded") {
    http::head_cache cache;
    cache.tick(1);
    for (int round = 0; round < 3; ++round)
        for (int i = 0; i < 50; ++i) {
            std::string type = "t/" + std::string(static_cast<std::size_t>(i) * 7, 'x') + std::to_string(i);
            REQUIRE(cache.block(200 + i % 3, type) == cache.render(200 + i % 3, type));
        }
    static_assert(sizeof(http::head_cache) < 4096);
}

TEST_CASE("pairs that differ in one part only are not mixed up") {
    http::head_cache cache;
    CHECK(cache.block(200, "a/b").find("a/b\r\n") != std::string_view::npos);
    CHECK(cache.block(200, "a/c").find("a/c\r\n") != std::string_view::npos);
    CHECK(cache.block(200, "").find("content-type") == std::string_view::npos);
    CHECK(cache.block(200, "a/").find("a/\r\n") != std::string_view::npos);
    CHECK(cache.block(201, "a/b").starts_with("HTTP/1.1 201 Created\r\n"));
}

TEST_CASE("W1: what could end a line is not let into a block") {
    http::head_cache cache;
    for (auto type : {"a\r\nb", "a\nb", "a\rb", "a\x01", " a", "a "})
        CHECK_THROWS_AS(cache.block(200, type), std::invalid_argument);
    CHECK_THROWS_AS(cache.block(200, std::string_view("a\0b", 3)), std::invalid_argument);
    CHECK_THROWS_AS(http::head_cache("x\r\ny"), std::invalid_argument);
    for (int status : {0, 99, 600, 1000, -200}) CHECK_THROWS_AS(cache.block(status, ""), std::invalid_argument);
    CHECK(cache.block(200, "a/b") == cache.render(200, "a/b"));
}
