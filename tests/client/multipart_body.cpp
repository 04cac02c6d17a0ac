#include <coracle/client/multipart_body.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <os/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace coracle;

namespace {
task<std::string> sent(body_stream& from) {
    co_await from.prepare();
    std::string all;
    for (;;) {
        std::optional<std::string_view> piece = co_await from.read();
        if (!piece) break;
        all += *piece;
    }
    co_return all;
}
void put(const std::string& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }
}  // namespace

TEST_CASE("a form whose files are in memory is bytes, and its boundary stands in none of them") {
    std::string type;
    request_body body =
        multipart_body().field("title", "--coracle-form-0").file("photo", "a.png", "PNG", "image/png").take(type);
    CHECK(type == "multipart/form-data; boundary=coracle-form-1");
    CHECK(body.bytes() ==
          "--coracle-form-1\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n--coracle-form-0\r\n"
          "--coracle-form-1\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\n"
          "Content-Type: image/png\r\n\r\nPNG\r\n--coracle-form-1--\r\n");
}

TEST_CASE("a file on disk is read while it is sent, its length is known before, and it can be sent again") {
    temporary_folder folder;
    put(folder.in("big.bin"), std::string(200'000, 'x'));
    std::string type;
    request_body body = multipart_body()
                            .field("title", "mine")
                            .file_on_disk("file", folder.in("big.bin"), "application/octet-stream")
                            .field("last", "one")
                            .take(type);
    REQUIRE(body.is_stream());
    std::string boundary = type.substr(type.find('=') + 1);
    std::string expected = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nmine\r\n--" +
                           boundary +
                           "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.bin\"\r\nContent-Type: "
                           "application/octet-stream\r\n\r\n" +
                           std::string(200'000, 'x') + "\r\n--" + boundary +
                           "\r\nContent-Disposition: form-data; name=\"last\"\r\n\r\none\r\n--" + boundary + "--\r\n";
    virtual_loop loop(virtual_time);
    CHECK(loop.run(sent(*body.stream())) == expected);
    CHECK(body.length() == expected.size());
    CHECK(body.rewind());
    CHECK(loop.run(sent(*body.stream())) == expected);
    std::string other;
    (void)multipart_body().file_on_disk("a", "b").take(other);
    CHECK(other != type);
}

TEST_CASE("a file that is not there, or that shrinks, is an error with its path") {
    temporary_folder folder;
    std::string type;
    virtual_loop loop(virtual_time);
    request_body missing = multipart_body().file_on_disk("file", folder.in("none")).take(type);
    try {
        (void)loop.run(sent(*missing.stream()));
        FAIL("it was there");
    } catch (const std::system_error& why) {
        CHECK(why.code() == std::errc::no_such_file_or_directory);
        CHECK(std::string(why.what()).find(folder.in("none")) != std::string::npos);
    }
    put(folder.in("a"), "12345");
    request_body shrinks = multipart_body().file_on_disk("file", folder.in("a")).take(type);
    loop.run([](body_stream& from) -> task<> { co_await from.prepare(); }(*shrinks.stream()));
    put(folder.in("a"), "123");
    std::string why;
    try {
        (void)loop.run([](body_stream& from) -> task<> {
            for (;;) {
                auto piece = co_await from.read();
                if (!piece) co_return;
            }
        }(*shrinks.stream()));
    } catch (const std::system_error& late) {
        why = late.what();
    }
    CHECK(why.find("has become shorter while it was sent") != std::string::npos);
}

TEST_CASE("a file that grows is sent as long as it was said to be") {
    temporary_folder folder;
    put(folder.in("a"), "12345");
    std::string type;
    virtual_loop loop(virtual_time);
    request_body grows = multipart_body().file_on_disk("file", folder.in("a")).take(type);
    loop.run([](body_stream& from) -> task<> { co_await from.prepare(); }(*grows.stream()));
    auto said = grows.length();
    put(folder.in("a"), "1234567890");
    std::string all = loop.run([](body_stream& from) -> task<std::string> {
        std::string out;
        for (;;) {
            auto piece = co_await from.read();
            if (!piece) co_return out;
            out += *piece;
        }
    }(*grows.stream()));
    CHECK(all.size() == said);
    CHECK(all.find("12345\r\n") != std::string::npos);
}

TEST_CASE("what has no size that is known is sent in chunks") {
    std::string type;
    virtual_loop loop(virtual_time);
    temporary_folder folder;
    put(folder.in("empty"), "");
    request_body body = multipart_body().file_on_disk("file", folder.in("empty")).take(type);
    std::string all = loop.run(sent(*body.stream()));
    CHECK(body.length() == std::nullopt);
    CHECK(all.find("filename=\"empty\"\r\n\r\n\r\n--") != std::string::npos);
}

TEST_CASE("W3 no name, file name or type ends its line or its part") {
    std::string type;
    std::string every;
    for (int c = 0; c < 256; ++c) every += static_cast<char>(c);
    request_body body = multipart_body().field(every, "v").file(every, every, "x").take(type);
    std::string text(body.bytes());
    CHECK(text.find("\r\nv\r\n") != std::string::npos);
    std::string head = text.substr(0, text.find("\r\n\r\n"));
    CHECK(head.find('\n') == head.find("\r\n") + 1);
    CHECK(head.find('\n', head.find('\n') + 1) == std::string::npos);
    CHECK_THROWS_AS(multipart_body().file("a", "b", "c", "text/plain\r\nx: y"), std::invalid_argument);
    CHECK_THROWS_AS(multipart_body().file_on_disk("a", "b", "x\n"), std::invalid_argument);
}
