#include <coracle/server/transaction.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace coracle;

TEST_CASE("a head that is kept outlives the bytes it was read from") {
    server::transaction one(http::default_limits);
    auto bytes = std::make_unique<std::string>("GET /a?b=c HTTP/1.1\r\nhost: x\r\nx-id: 7\r\n\r\nrest");
    REQUIRE(one.parser.parse(*bytes, one.request) == http::parse_state::complete);
    one.head_is_in(std::string_view(*bytes).substr(0, one.parser.consumed()));
    one.keep_head();
    one.keep_head();
    bytes.reset();
    CHECK(one.request.target.path == "/a");
    CHECK(one.request.headers["x-id"] == "7");
    CHECK(one.request.query("b") == "c");
}

TEST_CASE("the pool gives back what it was given, as new") {
    server::transaction_pool pool(http::default_limits);
    auto first = pool.take();
    server::transaction* address = first.get();
    REQUIRE(first->parser.parse("GET / HTTP/1.1\r\nhost: x\r\n\r\n", first->request) == http::parse_state::complete);
    pool.give_back(std::move(first));
    auto second = pool.take();
    CHECK(second.get() == address);
    CHECK_FALSE(second->parser.started());
    CHECK(second->request.headers.empty());
    CHECK(second->request.method_text.empty());
}
