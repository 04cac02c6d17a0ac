#include <doctest/doctest.h>

#include <coracle/base/constant_time.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using coracle::secure_equal;

namespace {
static_assert(secure_equal("abc", "abc") && !secure_equal("abc", "abd") && !secure_equal("abc", "ab"));
}

TEST_CASE("two texts are equal when every byte is") {
    using namespace std::string_view_literals;
    CHECK(secure_equal("", ""));
    CHECK(secure_equal("a\0b"sv, "a\0b"sv));
    CHECK(!secure_equal("a\0b"sv, "a\0c"sv));
    CHECK(!secure_equal("a", ""));
    CHECK(!secure_equal("", "a"));
    CHECK(secure_equal({}, ""));
    for (std::size_t size = 1; size < 40; ++size) {
        const std::string secret(size, 'x');
        std::string guess = secret;
        CHECK(secure_equal(secret, guess));
        for (std::size_t at = 0; at < size; ++at)
            for (int bit = 0; bit < 8; ++bit) {
                guess[at] = static_cast<char>(guess[at] ^ (1 << bit));
                CHECK(!secure_equal(secret, guess));
                guess[at] = 'x';
            }
    }
    // Differences that cancel one another in a sum are differences all the same.
    CHECK(!secure_equal("ab", "ba"));
    CHECK(!secure_equal("\x80\x80", "\x00\x00"sv));
}
