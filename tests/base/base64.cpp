#include <doctest/doctest.h>

#include <coracle/base/base64.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace base64 = coracle::base64;

namespace {
static_assert([] {
    char out[4];
    base64::encode_to("foo", out);
    return std::string_view(out, 4) == "Zm9v";
}());
}  // namespace

TEST_CASE("the test vectors of RFC 4648") {
    for (auto [bytes, text] : {std::pair<std::string_view, std::string_view>{"", ""},
                               {"f", "Zg=="},
                               {"fo", "Zm8="},
                               {"foo", "Zm9v"},
                               {"foob", "Zm9vYg=="},
                               {"fooba", "Zm9vYmE="},
                               {"foobar", "Zm9vYmFy"}}) {
        CHECK(base64::encode(bytes) == text);
        CHECK(base64::decode(text) == bytes);
        std::string_view bare = text.substr(0, text.find('='));
        CHECK(base64::encode_url(bytes) == bare);
        CHECK(base64::decode_url(bare) == bytes);
    }
    CHECK(base64::encode("\x14\xfb\x9c\x03\xd9\x7e") == "FPucA9l+");
    CHECK(base64::encode("\xff\xef\xfe") == "/+/+");
    CHECK(base64::encode_url("\xff\xef\xfe") == "_-_-");
}

TEST_CASE("every byte at every place comes back, in both alphabets") {
    for (int byte = 0; byte < 256; ++byte)
        for (std::size_t size = 1; size <= 9; ++size)
            for (std::size_t at = 0; at < size; ++at) {
                std::string bytes(size, 'x');
                bytes[at] = static_cast<char>(byte);
                std::string text = base64::encode(bytes);
                CHECK(text.size() == base64::encoded_size(size));
                CHECK(base64::decode(text) == bytes);
                text = base64::encode_url(bytes);
                CHECK(text.size() == base64::encoded_size(size, base64::alphabet::url));
                CHECK(text.find('=') == text.npos);
                CHECK(base64::decode_url(text) == bytes);
            }
}

TEST_CASE("a text that encode() would not have written is none: each byte string has one text") {
    for (std::string_view wrong : {"Z",      "Zg",       "Zg=",  "Zg===", "Zm8",   "Zm8==",    "=",
                                   "==",     "===",      "====", "Z===",  "Zm9v=", "Zm9v====", "Zh==",
                                   "Zi==",   "Zm9=",     "Zg=v", "=Zg=",  "Zm 9v", " Zm9v",    "Zm9v ",
                                   "Zm9v\n", "Zm9v\r\n", "Zm9-", "Zm9_",  "Zm9v!", "Zm\t9"}) {
        CAPTURE(wrong);
        CHECK(!base64::decode(wrong));
    }
    for (std::string_view wrong :
         {"Z", "Zg==", "Zm8=", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm9vY", "Zg\n", "====", "Zm9v=", "Zm 9v"}) {
        CAPTURE(wrong);
        CHECK(!base64::decode_url(wrong));
    }
    using namespace std::string_view_literals;
    CHECK(!base64::decode("Zm\0v"sv));
    CHECK(!base64::decode("Zm9\xff"sv));
    CHECK(!base64::decode("\xc3\xa4\xc3\xa4"sv));
}

TEST_CASE("of all texts of three letters, exactly those are read that are written") {
    std::size_t good = 0;
    for (int a = 0; a < 128; ++a)
        for (int b = 0; b < 128; ++b)
            for (int c = 0; c < 128; ++c) {
                const char text[] = {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)};
                std::optional<std::string> bytes = base64::decode_url({text, 3});
                if (!bytes) continue;
                ++good;
                if (base64::encode_url(*bytes) != std::string_view(text, 3)) FAIL("read but not written");
            }
    CHECK(good == 65536);
}
