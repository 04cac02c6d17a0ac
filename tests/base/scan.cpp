#include <coracle/base/scan.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace scan = coracle::scan;

namespace {

struct rule {
    const char* name;
    bool (*ends)(char) noexcept;
    const char* (*end_of)(const char*, const char*) noexcept;
};
constexpr rule rules[] = {{"token", scan::ends_token, scan::token_end},
                          {"path", scan::ends_path, scan::path_end},
                          {"query", scan::ends_query, scan::query_end},
                          {"value", scan::ends_value, scan::value_end}};

std::size_t by_definition(const rule& r, std::string_view text) {
    std::size_t i = 0;
    while (i < text.size() && !r.ends(text[i])) ++i;
    return i;
}

// The copy is exactly as large as the text, so that AddressSanitizer sees a read of one byte too many on either side.
std::size_t by_scanning(const rule& r, std::string_view text) {
    auto copy = std::make_unique<char[]>(text.size());
    if (!text.empty()) std::memcpy(copy.get(), text.data(), text.size());
    return static_cast<std::size_t>(r.end_of(copy.get(), copy.get() + text.size()) - copy.get());
}

bool all_bytes_everywhere(const rule& r) {
    for (std::size_t size = 1; size <= 40; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (int byte = 0; byte < 256; ++byte) {
                std::string text(size, 'a');
                text[at] = static_cast<char>(byte);
                if (by_scanning(r, text) != by_definition(r, text)) {
                    MESSAGE(r.name << " differs: size " << size << ", byte " << byte << " at " << at);
                    return false;
                }
            }
    return true;
}

}  // namespace

TEST_CASE("every byte at every place is judged as the scalar definition judges it") {
    for (const rule& r : rules) CHECK(all_bytes_everywhere(r));
}

TEST_CASE("two odd bytes side by side do not mislead the word-wide tests") {
    using namespace std::string_view_literals;
    constexpr std::string_view odd = "\x00\t\x01\x1f !#'*+./09:?@AZ[^_`az{|}~\x7f\x80\xa0\xff"sv;
    std::size_t wrong = 0;
    for (const rule& r : rules)
        for (char first : odd)
            for (char second : odd)
                for (std::size_t at = 0; at < 22; ++at) {
                    std::string text(24, 'z');
                    text[at] = first;
                    text[at + 1] = second;
                    wrong += by_scanning(r, text) != by_definition(r, text);
                }
    CHECK(wrong == 0);
}

TEST_CASE("every alignment and every length gives the same answer") {
    std::size_t wrong = 0;
    for (const rule& r : rules)
        for (std::size_t shift = 0; shift < 16; ++shift)
            for (std::size_t size = 0; size < 70; ++size) {
                std::string text = std::string(shift, '\n') + std::string(size, 'x') + "\n";
                const char* p = text.data() + shift;
                wrong += r.end_of(p, p + size) != p + size;      // the stop byte lies outside
                wrong += r.end_of(p, p + size + 1) != p + size;  // the stop byte lies inside
            }
    CHECK(wrong == 0);
}

TEST_CASE("an empty range is its own end") {
    for (const rule& r : rules) CHECK(by_scanning(r, "") == 0);
}

TEST_CASE("F23: the classes are those of the RFC whatever the sign of char") {
    int tokens = 0, values = 0, queries = 0, paths = 0;
    for (int byte = 0; byte < 256; ++byte) {
        auto c = static_cast<char>(byte);
        tokens += !scan::ends_token(c);
        values += !scan::ends_value(c);
        queries += !scan::ends_query(c);
        paths += !scan::ends_path(c);
        if (byte >= 0x80) {
            CHECK(scan::ends_token(c));
            CHECK_FALSE(scan::ends_value(c));
            CHECK(scan::ends_query(c));
        }
    }
    CHECK(tokens == 77);        // 52 letters, 10 digits, 15 others
    CHECK(values == 256 - 32);  // all but 31 control characters and DEL
    CHECK(queries == 94 - 1);   // visible ASCII without '#'
    CHECK(paths == 94 - 2);     // and without '?'
}
