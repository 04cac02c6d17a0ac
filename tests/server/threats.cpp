// What went wrong in other servers, over a whole connection; each test carries the id of its row.
#include "loopback.hpp"
#include "talk.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct note {
    std::string text;
};

void fill(app& app) {
    app.get("/", on_loop([] { return std::string("root"); }));
    app.get("/slow", []() -> task<std::string> {
        co_await sleep(1ms);
        co_return "slow";
    });
    app.post("/echo", [](request& req) -> task<std::string> {
        std::string text = co_await req.body.text();
        co_return text;
    });
    app.post("/notes", [](note in) -> task<note> { co_return in; });
    app.post("/ignore", on_loop([] { return std::string("ignored"); }));
    app.get("/throw", []() -> task<std::string> {
        throw std::runtime_error("secret /etc/passwd");
        co_return "";
    });
}

std::string hear(std::vector<talk::step> pieces) {
    app app;
    fill(app);
    return talk::hear(app, std::move(pieces));
}

int answers(std::string_view heard) {
    int count = 0;
    // Followed by a status: a detail may speak of HTTP/1.1, too.
    for (std::size_t at = 0; (at = heard.find("HTTP/1.1 ", at)) != std::string_view::npos; ++at)
        count += at + 9 < heard.size() && heard[at + 9] >= '1' && heard[at + 9] <= '5';
    return count;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

TEST_CASE("F17: the body of a GET is a body, never the next request") {
    std::string smuggled = "GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n";
    auto heard = hear({"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: " + std::to_string(smuggled.size()) + "\r\n\r\n" +
                       smuggled + "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"});
    CHECK(answers(heard) == 2);
    CHECK(has(heard, "\r\n\r\nroot"));
    CHECK(has(heard, "\r\n\r\nslow"));
    CHECK_FALSE(has(heard, "404"));
}

TEST_CASE("F18: three pipelined requests, one with a body, give three right answers wherever they are cut") {
    const std::string all =
        "GET / HTTP/1.1\r\nhost: x\r\n\r\n"
        "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello"
        "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";
    const std::string whole = talk::undated(hear({all}));
    CHECK(answers(whole) == 3);
    CHECK(has(whole, "\r\n\r\nroot"));
    CHECK(has(whole, "\r\n\r\nhello"));
    CHECK(has(whole, "\r\n\r\nslow"));
    CHECK(talk::undated(hear(talk::byte_by_byte(all))) == whole);
    for (std::size_t cut = 1; cut < all.size(); ++cut) {
        CAPTURE(cut);
        CHECK(talk::undated(hear({all.substr(0, cut), all.substr(cut)})) == whole);
    }
}

TEST_CASE("F18: the same with a chunked body") {
    const std::string all =
        "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
        "POST /notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: "
        "12\r\n\r\n{\"text\":\"t\"}"
        "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    const std::string whole = talk::undated(hear({all}));
    CHECK(answers(whole) == 3);
    CHECK(has(whole, "\r\n\r\nabcde"));
    CHECK(has(whole, "\r\n\r\n{\"text\":\"t\"}"));
    for (std::size_t cut = 1; cut < all.size(); ++cut) {
        CAPTURE(cut);
        CHECK(talk::undated(hear({all.substr(0, cut), all.substr(cut)})) == whole);
    }
}

TEST_CASE("F19: answers to pipelined requests keep their order, however slow the first is") {
    auto heard =
        hear({"GET /slow HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n"
              "GET /slow HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n"});
    CHECK(answers(heard) == 4);
    auto first = heard.find("slow");
    auto second = heard.find("root");
    auto third = heard.find("slow", first + 1);
    auto fourth = heard.find("root", second + 1);
    CHECK(first < second);
    CHECK(second < third);
    CHECK(third < fourth);
    CHECK(fourth != std::string::npos);
}

TEST_CASE("F20: after a refusal no further byte is interpreted") {
    for (std::string_view bad :
         {"GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n", "GET  / HTTP/1.1\r\nhost: x\r\n\r\n",
          "GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
          "GET / HTTP/1.1\r\n\r\n", "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"}) {
        CAPTURE(bad);
        for (bool together : {true, false}) {
            std::string next = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
            auto heard = together ? hear({std::string(bad) + next}) : hear({std::string(bad), next});
            CHECK(answers(heard) == 1);
            CHECK(has(heard, "HTTP/1.1 400 "));
            CHECK(has(heard, "connection: close\r\n"));
            CHECK(has(heard, "\r\n\r\n{\"detail\":\""));
            CHECK_FALSE(has(heard, "root"));
        }
    }
}

TEST_CASE("the body nobody read is read past, and the connection stays usable") {
    auto heard = hear({"POST /ignore HTTP/1.1\r\nhost: x\r\ncontent-length: 6\r\n\r\n", "abc",
                       "defGET / HTTP/1.1\r\nhost: x\r\n\r\n"});
    CHECK(answers(heard) == 2);
    CHECK(has(heard, "ignored"));
    CHECK(has(heard, "root"));
}

TEST_CASE("F24: 100 Continue is said once, when the body is asked for, and nothing but 100-continue is expected") {
    auto heard = hear({"POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n", "hi"});
    CHECK(heard.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    CHECK(has(heard, "\r\n\r\nhi"));
    heard = hear({"POST /ignore HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"});
    CHECK_FALSE(has(heard, "100 Continue"));
    CHECK(has(heard, "connection: close"));
    heard = hear({"POST /echo HTTP/1.1\r\nhost: x\r\nexpect: 200-maybe\r\ncontent-length: 2\r\n\r\nhi"});
    CHECK(heard.starts_with("HTTP/1.1 417 "));
}

TEST_CASE("W5: a handler cannot set the fields that frame its answer") {
    app app;
    app.get("/", [](request&) -> task<response> {
        response reply(200, "abc");
        reply.headers.set("content-length", "99");
        co_return reply;
    });
    app.get("/chunked", [](request&) -> task<response> {
        response reply(200, "abc");
        reply.headers.set("transfer-encoding", "chunked");
        co_return reply;
    });
    for (std::string_view path : {"/", "/chunked"}) {
        auto heard = talk::hear(app, {"GET " + std::string(path) + " HTTP/1.1\r\nhost: x\r\n\r\n"});
        CHECK_FALSE(has(heard, "content-length: 99"));
        CHECK_FALSE(has(heard, "transfer-encoding"));
        CHECK(answers(heard) == 1);
    }
}

TEST_CASE("W6: what an exception says stays in the log") {
    auto heard = hear({"GET /throw HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n"});
    CHECK(heard.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
    CHECK(has(heard, "\r\n\r\n{\"detail\":\"Internal Server Error\"}"));
    CHECK_FALSE(has(heard, "secret"));
    CHECK_FALSE(has(heard, "runtime_error"));
    CHECK(has(heard, "root"));
}

TEST_CASE("D1: heads that are too long or have too many fields are refused with 431, targets with 414") {
    std::string many = "GET / HTTP/1.1\r\nhost: x\r\n";
    for (int i = 0; i < 101; ++i) many += "x-" + std::to_string(i) + ": 1\r\n";
    CHECK(hear({many + "\r\n"}).starts_with("HTTP/1.1 431 "));
    CHECK(
        hear({"GET / HTTP/1.1\r\nhost: x\r\nx: " + std::string(20000, 'a') + "\r\n\r\n"}).starts_with("HTTP/1.1 431 "));
    CHECK(hear({"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nhost: x\r\n\r\n"}).starts_with("HTTP/1.1 414 "));
}

TEST_CASE("D12: a hundred thousand brackets are refused") {
    std::string deep(100000, '[');
    auto heard = hear({"POST /notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: " +
                       std::to_string(deep.size()) + "\r\n\r\n" + deep});
    CHECK(heard.starts_with("HTTP/1.1 422 "));
}

TEST_CASE("D14: broken escapes and NUL in a path are refused and never read past the end") {
    for (std::string_view path : {"/%", "/%4", "/%zz", "/a%00b"}) {
        CAPTURE(path);
        auto heard = hear({"GET " + std::string(path) + " HTTP/1.1\r\nhost: x\r\n\r\n"});
        CHECK(answers(heard) == 1);
        CHECK((heard.starts_with("HTTP/1.1 400 ") || heard.starts_with("HTTP/1.1 404 ")));
    }
}

TEST_CASE("D18: nothing that a peer sends ends the process") {
    app app;
    fill(app);
    loopback::running server(app);
    for (std::string_view bytes :
         {"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n", "\r\n\r\n\r\n", "\0\0\0\0",
          "POST /notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\n1e9",
          "POST /notes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n1e99999",
          "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc",
          "GET /throw HTTP/1.1\r\nhost: x\r\n\r\n"}) {
        loopback::client client(server.port());
        client.send(bytes);
        client.half_close();
        client.drain();
    }
    CHECK(loopback::get(server.port(), "/").body == "root");
}

TEST_CASE("D21: a refused upload gets its answer although it goes on sending") {
    app app;
    fill(app);
    loopback::running server(app);
    for (int round = 0; round < 20; ++round) {
        loopback::client client(server.port());
        client.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n" + std::string(20000, 'x'));
        auto got = client.receive();
        CHECK(got.status == 413);
        CHECK(got.field("connection") == "close");
    }
}
