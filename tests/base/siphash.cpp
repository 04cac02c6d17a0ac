#include <doctest/doctest.h>

#include <coracle/base/siphash.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using coracle::siphash;
using coracle::siphash_key;

namespace {
using sip24 = siphash<2, 4>;
using sip13 = siphash<1, 3>;
}  // namespace

TEST_CASE("SipHash-2-4 of 0, 1, 2 ... bytes is what its authors published") {
    const siphash_key key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    std::string message;
    const std::vector<std::uint64_t> published{0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a,
                                               0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d,
                                               0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462,
                                               0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3};
    for (std::uint64_t expected : published) {
        CHECK(sip24::of(key, message) == expected);
        message += static_cast<char>(message.size());
    }
    while (message.size() < 15) message += static_cast<char>(message.size());
    CHECK(sip24::of(key, message) == 0xa129ca6149be45e5);  // the example of the paper, appendix A
}

TEST_CASE("SipHash-1-3 with a key of zeros is CPython's hash of bytes with PYTHONHASHSEED=0") {
    const siphash_key zero;
    CHECK(sip13::of(zero, "a") == 0x407448d2b89b1813);
    CHECK(sip13::of(zero, "abc") == 0xc03bc3a0042630f2);
    CHECK(sip13::of(zero, "0123456") == 0x810aaf7acf670379);
    CHECK(sip13::of(zero, "01234567") == 0xda3dcedf84ea6cc6);
    CHECK(sip13::of(zero, "012345678") == 0xb79d8581f8552753);
    CHECK(sip13::of(zero, "a long text that fills several words") == 0x7b956bda61be2c03);
}

TEST_CASE("what is added in parts is told apart by where the parts end, and by the key") {
    auto hash = [](siphash_key key, std::string_view first, std::string_view second) {
        sip13 made(key);
        made.add(first);
        made.add(second);
        return made.finish();
    };
    CHECK(hash({1, 2}, "ab", "c") == hash({1, 2}, "ab", "c"));
    CHECK(hash({1, 2}, "ab", "c") != hash({1, 2}, "a", "bc"));
    CHECK(hash({1, 2}, "ab", "") != hash({1, 2}, "", "ab"));
    CHECK(hash({1, 2}, "ab", "c") != hash({1, 3}, "ab", "c"));
    CHECK(hash({1, 2}, "ab", "c") != hash({0, 2}, "ab", "c"));
    sip13 one({1, 2});
    one.add(std::uint64_t{7});
    sip13 other({1, 2});
    other.add(std::uint64_t{8});
    CHECK(one.finish() != other.finish());
}
