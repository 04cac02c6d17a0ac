#include <doctest/doctest.h>

#include <coracle/base/hmac.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using coracle::hmac_sha256;

namespace {

std::string hex(std::string_view from) {
    std::string out;
    for (char c : from) {
        out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    }
    return out;
}
std::string sign(std::string_view key, std::string_view text) { return hex(hmac_sha256(key).sign(text).view()); }

static_assert(hmac_sha256("Jefe").sign("what do ya want for nothing?").view().substr(0, 4) == "\x5b\xdc\xc1\x46");

}  // namespace

TEST_CASE("the test cases of RFC 4231") {
    CHECK(sign(std::string(20, '\x0b'), "Hi There") ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(sign("Jefe", "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(sign(std::string(20, '\xaa'), std::string(50, '\xdd')) ==
          "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    std::string counting;
    for (char c = 1; c <= 25; ++c) counting += c;
    CHECK(sign(counting, std::string(50, '\xcd')) ==
          "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
    CHECK(sign(std::string(20, '\x0c'), "Test With Truncation").substr(0, 32) == "a3b6167473100ee06e0c796c2955552b");
    CHECK(sign(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK(sign(std::string(131, '\xaa'),
               "This is a test using a larger than block-size key and a larger than block-size data. The key needs to "
               "be hashed before being used by the HMAC algorithm.") ==
          "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST_CASE("a key of exactly one block is used as it is, one more byte and it is hashed; none is none") {
    CHECK(sign("", "") == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    std::string key(65, 'k');
    const std::string hashed(coracle::sha256::of(key).view());
    CHECK(sign(key, "m") == sign(hashed, "m"));
    key.pop_back();
    CHECK(sign(key, "m") != sign(coracle::sha256::of(key).view(), "m"));
}

TEST_CASE("a key signs many messages, also in pieces of every size") {
    const hmac_sha256 key("secret");
    std::string text;
    for (int i = 0; i < 200; ++i) text += static_cast<char>(i);
    const auto whole = key.sign(text);
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        hmac_sha256 signing = key;
        for (std::size_t at = 0; at < text.size(); at += piece)
            signing.update(std::string_view(text).substr(at, piece));
        CHECK(signing.finish() == whole);
    }
    CHECK(key.sign(text) == whole);
    CHECK(key.sign("x") != whole);
}
