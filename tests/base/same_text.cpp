#include <coracle/base/same_text.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

using coracle::same_text;

TEST_CASE("texts of every length are the same as themselves and as no text that differs in one byte") {
    for (std::size_t size = 0; size < 70; ++size) {
        // In memory that ends where they end, so that a sanitizer sees a read too many.
        auto first = std::make_unique<char[]>(size);
        auto second = std::make_unique<char[]>(size);
        for (std::size_t i = 0; i < size; ++i) first[i] = second[i] = static_cast<char>('a' + i % 26);
        std::string_view a(first.get(), size), b(second.get(), size);
        CHECK(same_text(a, b));
        for (std::size_t i = 0; i < size; ++i) {
            second[i] = static_cast<char>(second[i] ^ 0x80);
            CHECK_FALSE(same_text(a, b));
            second[i] = first[i];
        }
        if (size > 0) CHECK_FALSE(same_text(a, b.substr(1)));
        if (size > 0) CHECK_FALSE(same_text(a.substr(0, size - 1), b));
    }
}

TEST_CASE("a text that is nowhere is the same as an empty one") {
    CHECK(same_text({}, {}));
    CHECK(same_text({}, ""));
    CHECK_FALSE(same_text({}, "a"));
}
