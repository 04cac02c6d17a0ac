#include <coracle/http/response_reader.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

struct heard {
    int status = 0;
    std::string body{};
    std::string why{};
    std::size_t used = 0;
    bool complete = false;
    bool keeps_alive = false;
    http::owned_fields headers{};
};

// In pieces of `piece` bytes; then the stream ends, if it `ends`.
heard read(std::string_view bytes, std::size_t piece, bool ends = false, bool head_only = false) {
    http::response_reader reader;
    reader.start(head_only);
    heard out;
    for (std::size_t at = 0; at < bytes.size() && !reader.complete() && !reader.failed(); at += piece) {
        out.used += reader.feed(bytes.substr(at, piece));
        out.body += reader.take_body();
    }
    if (ends) reader.end();
    out.body += reader.take_body();
    out.status = reader.status();
    out.complete = reader.complete();
    out.keeps_alive = reader.keeps_alive();
    out.headers = reader.headers();
    if (auto why = reader.failed()) out.why = *why;
    return out;
}
heard each_way(std::string_view bytes, bool ends = false, bool head_only = false) {
    heard whole = read(bytes, bytes.size(), ends, head_only);
    for (std::size_t piece : {std::size_t(1), std::size_t(2), std::size_t(7)}) {
        heard cut = read(bytes, piece, ends, head_only);
        CHECK(cut.status == whole.status);
        CHECK(cut.body == whole.body);
        CHECK(cut.why == whole.why);
        CHECK(cut.complete == whole.complete);
    }
    return whole;
}

}  // namespace

TEST_CASE("an answer with a length leaves what follows it") {
    std::string one = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-length: 4\r\n\r\nroot";
    heard all = read(one + "HTTP/1.1", 1000);
    CHECK(all.complete);
    CHECK(all.status == 200);
    CHECK(all.body == "root");
    CHECK(all.used == one.size());
    CHECK(all.keeps_alive);
    CHECK(all.headers["content-type"] == "text/plain");
    each_way(one);
}

TEST_CASE("chunks, an end of the stream, and no body at all end an answer") {
    heard chunks =
        each_way("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n");
    CHECK(chunks.body == "abcde");
    CHECK(chunks.keeps_alive);
    heard open = each_way("HTTP/1.1 200 OK\r\n\r\nall of it", true);
    CHECK(open.body == "all of it");
    CHECK(open.complete);
    CHECK(!open.keeps_alive);
    CHECK(each_way("HTTP/1.1 204 No Content\r\n\r\n").complete);
    CHECK(each_way("HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n").complete);
    CHECK(each_way("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n", false, true).complete);
    CHECK(each_way("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").complete);
    CHECK(!each_way("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").keeps_alive);
    CHECK(!each_way("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n").keeps_alive);
    CHECK(each_way("HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n").status == 200);
}

TEST_CASE("interim answers are passed over") {
    heard all = each_way(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
        "HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok");
    CHECK(all.status == 201);
    CHECK(all.body == "ok");
    CHECK(!all.headers.contains("link"));
    CHECK(each_way("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n").status == 101);
}

TEST_CASE("many small chunks are no attack when one has asked for them") {
    std::string bytes = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for (int i = 0; i < 20000; ++i) bytes += "1\r\nx\r\n";
    heard all = read(bytes + "0\r\n\r\n", 999);
    CHECK(all.complete);
    CHECK(all.body.size() == 20000);
}

TEST_CASE("an answer that is none says why") {
    CHECK(each_way("", true).why == "the connection was closed before the answer");
    CHECK(each_way("HTTP/1.1 200 OK\r\nco", true).why == "the connection was closed in the middle of the answer");
    CHECK(each_way("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nroo", true).why ==
          "the connection was closed in the middle of the answer");
    for (const char* first : {"HTTP/2 200 OK", "HTTP/1.1 2OO OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000", "HTTP/1.1 099 X"})
        CHECK(each_way(std::string(first) + "\r\n\r\n").why == "its first line is no status line");
    for (const char* line : {"no colon", "a b: c", " folded: x", "x: a\nb", ": x"})
        CHECK(each_way("HTTP/1.1 200 OK\r\n" + std::string(line) + "\r\n\r\n").why ==
              "one of its header lines is no field");
    CHECK(each_way("HTTP/1.1 200 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n").why ==
          "it has two lengths");
    CHECK(each_way("HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\n").why ==
          "its length is no number");
    CHECK(each_way("HTTP/1.1 200 OK\r\ncontent-length: -4\r\n\r\n").why == "its length is no number");
    CHECK(each_way("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n").why == "its coding is not known");
    CHECK(each_way("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n").why == "its chunks are broken");
    CHECK(read("HTTP/1.1 200 OK\r\nx: " + std::string(100'000, 'x'), 999).why == "its head is too large");
}
