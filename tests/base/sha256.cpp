#include <doctest/doctest.h>

#include <coracle/base/sha256.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using coracle::sha256;

namespace {

std::string hex(const sha256::digest& from) {
    std::string out;
    for (char c : from.view()) {
        out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    }
    return out;
}
std::string hash(std::string_view text) { return hex(sha256::of(text)); }

// At compile time: the first four bytes of the hash of "abc".
static_assert(sha256::of("abc").view().substr(0, 4) == "\xba\x78\x16\xbf");

}  // namespace

TEST_CASE("the examples of FIPS 180-4 and of NIST's test vectors") {
    CHECK(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(hash("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrs"
               "tnopqrstu") == "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    CHECK(hash(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(hash("\xbd") == "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b");
    CHECK(hash("\xc9\x8c\x8e\x55") == "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504");
    CHECK(hash(std::string(55, '\0')) == "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7");
    CHECK(hash(std::string(56, '\0')) == "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb");
    CHECK(hash(std::string(57, '\0')) == "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785");
    CHECK(hash(std::string(64, '\0')) == "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b");
    CHECK(hash(std::string(1000, '\0')) == "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53");
    CHECK(hash(std::string(1000, 'A')) == "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4");
    CHECK(hash(std::string(1005, 'U')) == "f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0");
}

TEST_CASE("the hash of a text is the same in pieces of every size") {
    std::string text;
    for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
    for (std::size_t size = 0; size <= text.size(); ++size) {
        std::string_view whole = std::string_view(text).substr(0, size);
        const sha256::digest expected = sha256::of(whole);
        for (std::size_t piece : {1U, 2U, 3U, 7U, 31U, 55U, 56U, 63U, 64U, 65U, 127U, 128U, 129U}) {
            sha256 hashing;
            for (std::size_t at = 0; at < size; at += piece) hashing.update(whole.substr(at, piece));
            CHECK(hashing.finish() == expected);
        }
    }
}

TEST_CASE("a copy goes on by itself, and finish() leaves a new hash behind") {
    sha256 first;
    first.update("ab");
    sha256 second = first;
    first.update("c");
    second.update("d");
    CHECK(first.finish() == sha256::of("abc"));
    CHECK(second.finish() == sha256::of("abd"));
    CHECK(first.finish() == sha256::of(""));
    first.update({});
    first.update("x");
    CHECK(first.finish() == sha256::of("x"));
}
