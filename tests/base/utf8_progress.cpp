#include <doctest/doctest.h>

#include <coracle/base/random_sequence.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/base/utf8_progress.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using coracle::utf8_progress;
using namespace std::string_view_literals;

namespace {

// How many bytes it takes to see that it is wrong; the size and one more when only the end is missing.
std::size_t seen_after(std::string_view text) {
    utf8_progress progress;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (!progress.take(text.substr(i, 1))) return i + 1;
    return progress.complete() ? 0 : text.size() + 1;
}

}  // namespace

TEST_CASE("utf8_progress: a wrong text is known by the first byte that cannot be") {
    struct {
        std::string_view text;
        std::size_t after;
    } const table[] = {
        {"", 0},
        {"plain", 0},
        {"\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5", 0},
        {"\xF4\x8F\xBF\xBF", 0},
        {"\xED\x9F\xBF\xEE\x80\x80", 0},
        {"a\x80", 2},
        {"\xC0\xAF", 1},          // overlong, as its lead alone tells
        {"\xE0\x9F\x80", 2},      // overlong
        {"\xF0\x8F\x80\x80", 2},  // overlong
        {"\xED\xA0\x80", 2},      // surrogate
        {"\xF4\x90\x80\x80", 2},  // above U+10FFFF
        {"\xF5\x80", 1},
        {"\xFF", 1},
        {"\xE2\x82", 3},  // cut off
        {"\xE2\x82 ", 3},
        {"\xF0\x9F\x98\xC3", 4},
        {"\xCE\xBA\xCE", 4},
    };
    for (const auto& [text, after] : table) {
        CAPTURE(text);
        CHECK(seen_after(text) == after);
        utf8_progress whole;
        bool good = whole.take(text);
        CHECK((good && whole.complete()) == coracle::utf8::is_valid(text));
        CHECK(good == (after == 0 || after > text.size()));
    }
}

TEST_CASE("utf8_progress: what has failed stays failed") {
    utf8_progress progress;
    CHECK(!progress.take("\xFF"));
    CHECK(!progress.take("a"));
    CHECK(!progress.take(""));
    CHECK(!progress.complete());
}

TEST_CASE("utf8_progress: cuts change nothing") {
    coracle::random_sequence random(7);
    constexpr std::string_view parts[] = {
        "a",    "eight by", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xED\xA0\x80",
        "\x80", "\xC3",     "\xF0\x9F"};
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (std::uint64_t i = random.below(12); i > 0; --i) text += parts[random.below(random.percent(80) ? 6 : 10)];
        utf8_progress progress;
        bool good = true;
        for (std::size_t at = 0; at < text.size() && good;) {
            std::size_t size = random.below(9);
            good = progress.take(std::string_view(text).substr(at, size));
            at += size;
        }
        if ((good && progress.complete()) != coracle::utf8::is_valid(text)) {
            CAPTURE(text);
            FAIL("cut, it is read differently");
        }
    }
}
