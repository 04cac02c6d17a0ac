#include <doctest/doctest.h>

#include <coracle/server/outgoing_answer.hpp>

#include <server/talk.hpp>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

using namespace coracle;

namespace {

/// Pieces of an open file.
class filed final : public outgoing_body {
public:
    filed(int file, std::uint64_t from, std::uint64_t length) : file_(file), from_(from), length_(length) {}
    std::optional<std::uint64_t> size() const noexcept override { return length_; }
    task<std::optional<piece>> next() override {
        if (given_) co_return std::nullopt;
        piece all;
        all.file = file_;
        all.offset = from_;
        all.length = length_;
        given_ = true;
        co_return all;
    }

private:
    int file_;
    std::uint64_t from_;
    std::uint64_t length_;
    bool given_ = false;
};

}  // namespace

TEST_CASE("a piece may be a part of an open file, and one that turns out to be shorter cuts the connection") {
    std::FILE* there = std::tmpfile();
    REQUIRE(there);
    std::string text(200'000, 'a');
    for (std::size_t at = 0; at < text.size(); at += 7) text[at] = static_cast<char>('a' + at % 26);
    REQUIRE(std::fwrite(text.data(), 1, text.size(), there) == text.size());
    std::fflush(there);
    app site;
    std::string log;
    site.error_log([&](const std::exception_ptr& error, const request&) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& why) {
            log += why.what();
        }
    });
    std::uint64_t length = 150'000;
    site.get("/", [&]() -> task<response> {
        response made;
        made.stream = std::make_shared<filed>(::fileno(there), 1000, length);
        co_return made;
    });
    std::string heard = talk::hear(site, {"GET / HTTP/1.1\r\nhost: a\r\n\r\n"});
    CHECK(heard.find("content-length: 150000\r\n") != std::string::npos);
    CHECK((heard.substr(heard.find("\r\n\r\n") + 4) == text.substr(1000, 150'000)));
    CHECK(log == "");
    length = 250'000;
    heard = talk::hear(site, {"GET / HTTP/1.1\r\nhost: a\r\n\r\n"});
    CHECK((heard.substr(heard.find("\r\n\r\n") + 4) == text.substr(1000)));
    CHECK(log == "coracle: a file has become shorter while it was sent");
    std::fclose(there);
}
