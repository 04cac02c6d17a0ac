#include <doctest/doctest.h>

#include <coracle/base/ascii.hpp>
#include <coracle/base/sha1.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using coracle::sha1;

namespace {

std::string hex(const sha1::digest& from) {
    std::string out;
    for (char c : from.view()) {
        out += coracle::ascii::hex_digit(static_cast<unsigned char>(c) >> 4U);
        out += coracle::ascii::hex_digit(static_cast<unsigned char>(c));
    }
    return out;
}
std::string hash(std::string_view text) { return hex(sha1::of(text)); }

// At compile time: the first four bytes of the hash of "abc".
static_assert(sha1::of("abc").view().substr(0, 4) == "\xa9\x99\x3e\x36");

}  // namespace

TEST_CASE("sha1: the examples of FIPS 180 and of NIST's test vectors") {
    CHECK(hash("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK(hash("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    CHECK(hash("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrs"
               "tnopqrstu") == "a49b2446a02c645bf419f995b67091253a04a259");
    CHECK(hash(std::string(1'000'000, 'a')) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    CHECK(hash("The quick brown fox jumps over the lazy dog") == "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12");
}

TEST_CASE("sha1: what does not fit beside the length goes into a block more") {
    CHECK(hash(std::string(55, 'a')) == "c1c8bbdc22796e28c0e15163d20899b65621d65a");
    CHECK(hash(std::string(56, 'a')) == "c2db330f6083854c99d4b5bfb6e8f29f201be699");
    CHECK(hash(std::string(63, 'a')) == "03f09f5b158a7a8cdad920bddc29b81c18a551f5");
    CHECK(hash(std::string(64, 'a')) == "0098ba824b5c16427bd7a1122a5a442a25ec644d");
    CHECK(hash(std::string(65, 'a')) == "11655326c708d70319be2610e8a57d9a5b959d3b");
}

TEST_CASE("sha1: the hash of a text is the same in pieces of every size, and finish() leaves a new one behind") {
    std::string text;
    for (int i = 0; i < 200; ++i) text += static_cast<char>(i * 7);
    sha1 hashing;
    for (std::size_t size = 0; size <= text.size(); ++size) {
        std::string_view whole = std::string_view(text).substr(0, size);
        for (std::size_t piece : {1U, 7U, 63U, 64U, 65U}) {
            for (std::size_t at = 0; at < size; at += piece) hashing.update(whole.substr(at, piece));
            CHECK(hashing.finish() == sha1::of(whole));
        }
    }
}
