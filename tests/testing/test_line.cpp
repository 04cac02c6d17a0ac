#include <coracle/testing/test_line.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace coracle;
using testing::test_line;

namespace {
struct both_ends {
    both_ends(std::pair<net::memory_stream, net::memory_stream> ends)
        : client(std::move(ends.first)), server(std::move(ends.second), {"me", 7}, client.shared_facts) {}
    both_ends() : both_ends(net::memory_stream::pair()) {}
    test_line client;
    testing::served_stream server;
};
}  // namespace

TEST_CASE("the server sees a client with a name, and what it sent") {
    both_ends line;
    CHECK(line.server.peer().host() == "me");
    CHECK(line.server.peer().port() == 7);
    CHECK(line.server.peer().text() == "me:7");
    auto look = [&]() -> task<std::string> {
        std::string all;
        line.client.send("head");
        line.client.send_chunk("0123456789abcdefg");
        line.client.send_chunk("");
        line.client.send_last_chunk();
        for (int i = 0; i < 3; ++i) {
            auto bytes = co_await line.server.read();
            all += *bytes;
        }
        co_return all;
    };
    CHECK(run(virtual_time, look()) == "head11\r\n0123456789abcdefg\r\n0\r\n\r\n");
}

TEST_CASE("a server is at rest when it reads after the answer, or closes") {
    both_ends line;
    auto look = [&]() -> task<> {
        line.client.send("x");
        CHECK(!line.client.facts.at_rest.is_set());
        auto bytes = co_await line.server.read();
        CHECK(*bytes == "x");
        (void)co_await line.server.write("HTTP/1.1 204 No Content\r\n\r\n");
        CHECK(!line.client.facts.at_rest.is_set());
        line.client.answer.start(false);
        co_await line.client.listen(test_line::part::all);
        CHECK(line.client.answer.status() == 204);
        line.server.close();
        CHECK(line.client.facts.at_rest.is_set());
        CHECK(!line.client.is_open());
    };
    run(virtual_time, look());
}

TEST_CASE("an answer comes in parts, and one that is none is refused") {
    both_ends line;
    auto look = [&]() -> task<> {
        line.client.answer.start(false);
        (void)co_await line.server.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n");
        co_await line.client.listen(test_line::part::head);
        CHECK(line.client.answer.has_head());
        (void)co_await line.server.write("ab");
        co_await line.client.listen(test_line::part::piece);
        CHECK(line.client.answer.take_body() == "ab");
        line.server.close();
        std::string said;
        try {
            co_await line.client.listen(test_line::part::all);
        } catch (const std::runtime_error& why) {
            said = why.what();
        }
        CHECK(said == "coracle: the answer cannot be read: the connection was closed in the middle of the answer");
    };
    run(virtual_time, look());
}
