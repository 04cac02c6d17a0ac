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

TEST_CASE("a 100 asks for the body of the request, other interim answers do not") {
    http::response_reader reader;
    reader.start(false);
    (void)reader.feed("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n");
    CHECK(!reader.told_to_continue());
    (void)reader.feed("HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(reader.told_to_continue());
    CHECK(!reader.has_head());
    reader.start(false);
    CHECK(!reader.told_to_continue());
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
    for (const char* line :
         {"no colon", "a b: c", " folded: x", "x: a\rb", "x: \x01", ": x", "x : y", "\tx: y", "x\x80: y"})
        CHECK(each_way("HTTP/1.1 200 OK\r\n" + std::string(line) + "\r\n\r\n").why ==
              "one of its header lines is no field");
    CHECK(each_way("HTTP/1.1 200 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n").why ==
          "it has two lengths");
    CHECK(each_way("HTTP/1.1 200 OK\r\ncontent-length: -4\r\n\r\n").why == "its length is no number");
    CHECK(each_way("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n").why == "its coding is not known");
    CHECK(each_way("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n").why == "its chunks are broken");
    CHECK(read("HTTP/1.1 200 OK\r\nx: " + std::string(100'000, 'x'), 999).why == "its head is too large");
}

TEST_CASE("C4 what two readers could understand differently is no answer") {
    auto refused = [](const std::string& fields, std::string_view why) {
        heard all = each_way("HTTP/1.1 200 OK\r\n" + fields + "\r\n\r\n" + std::string(10, 'x'));
        CHECK(all.why == why);
        CHECK(!all.complete);
    };
    refused("content-length: 4\r\ncontent-length: 5", "it has two lengths");
    refused("content-length: 4\r\nContent-Length: 4", "it has two lengths");
    refused("content-length: 4, 4", "its length is no number");
    refused("content-length: 4\r\ntransfer-encoding: chunked", "it has two lengths");
    refused("transfer-encoding: chunked\r\ncontent-length: 4", "it has two lengths");
    refused("transfer-encoding: chunked\r\ntransfer-encoding: chunked", "its coding is not known");
    for (const char* coding : {"gzip, chunked", "chunked, identity", "identity", "xchunked", "chunked;q=1", ""})
        refused(std::string("transfer-encoding: ") + coding, "its coding is not known");
    for (const char* length : {"+1", "-1", "0x10", "1 2", "1_0", "", "99999999999999999999", "1.0", "\x31\xA0"})
        refused(std::string("content-length: ") + length, "its length is no number");
    CHECK(each_way("HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n").why ==
          "it has chunks, and HTTP/1.0 has none");
}

TEST_CASE("C4 a line that ends in anything but CR LF is refused as soon as it is seen") {
    for (const char* head : {"HTTP/1.1 200 OK\n", "HTTP/1.1 200 OK\r\nx: y\n", "\n", "HTTP/1.1 200 OK\r\n\n",
                             "HTTP/1.1 200 OK\r\nx: y\n\n"})
        CHECK(each_way(head).why == "one of its lines does not end in CR LF");
    CHECK(each_way("\r\nHTTP/1.1 200 OK\r\n\r\n").why == "its first line is no status line");
    CHECK(each_way(std::string("HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n", 27)).why == "one of its header lines is no field");
    CHECK(each_way("HTTP/1.1 200 O\x01K\r\n\r\n").why == "its first line is no status line");
    CHECK(each_way("HTTP/1.1 200 OK\r\nx: caf\xC3\xA9\tau lait\r\ncontent-length: 0\r\n\r\n").complete);
}

TEST_CASE("C4 heads, fields and bodies are as large as allowed, and no larger") {
    http::limits small = http::response_limits;
    small.head_bytes = 64;
    small.fields = 3;
    small.body_bytes = 4;
    auto told = [&](std::string_view bytes, std::size_t piece) {
        http::response_reader reader;
        reader.start(false, small);
        for (std::size_t at = 0; at < bytes.size() && !reader.complete() && !reader.failed(); at += piece)
            (void)reader.feed(bytes.substr(at, piece));
        return reader.complete() ? "complete" : std::string(reader.failed().value_or("more"));
    };
    for (std::size_t piece : {std::size_t(1), std::size_t(9), std::size_t(1000)}) {
        CHECK(told("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabcd", piece) == "complete");
        CHECK(told("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde", piece) == "its body is larger than allowed");
        CHECK(told("HTTP/1.1 200 OK\r\n\r\nabcde", piece) == "its body is larger than allowed");
        CHECK(told("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", piece) ==
              "its body is larger than allowed");
        CHECK(told("HTTP/1.1 200 OK\r\na: 1\r\nb: 1\r\nc: 1\r\nd: 1\r\n\r\n", piece) ==
              "it has too many header fields");
        CHECK(told("HTTP/1.1 200 OK\r\na: " + std::string(60, 'x') + "\r\n\r\n", piece) == "its head is too large");
        CHECK(told("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n" + std::string(40'000, 'x'), piece) ==
              "its chunks are broken");
    }
}

TEST_CASE("C4 a server that announces its answer for ever is not listened to for ever") {
    std::string interim = "HTTP/1.1 102 Processing\r\n\r\n";
    std::string eight;
    for (int i = 0; i < 8; ++i) eight += interim;
    std::string answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    CHECK(each_way(eight + answer).body == "ok");
    CHECK(each_way(eight + interim + answer).why == "it is announced again and again and does not come");
    CHECK(each_way("HTTP/1.1 100 Continue\r\ncontent-length: 9\r\n\r\n" + answer).body == "ok");
}

TEST_CASE("trailers are kept apart, and only those that may come so late") {
    http::response_reader reader;
    reader.start(false);
    std::string_view bytes =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-sum: 42 \r\nSet-Cookie: a=b\r\n"
        "content-length: 9\r\n\r\n";
    for (char c : bytes) (void)reader.feed(std::string_view(&c, 1));
    REQUIRE(reader.complete());
    http::owned_fields trailers = reader.take_trailers();
    CHECK(trailers.size() == 1);
    CHECK(trailers["x-sum"] == "42");
    CHECK(!reader.headers().contains("x-sum"));
    CHECK(reader.take_body() == "ok");
}
