// Finds the byte that ends a token, a path, a query or a field value, eight or sixteen bytes at a time.
// RFC 9110 5.5 (field values), 5.6.2 (tokens); RFC 9112 3.2 (request targets).
#pragma once

#include <coracle/base/ascii.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Each `x_end(p, end)` gives the first byte in [p, end) for which `ends_x` is true, or `end`. None reads outside
/// [p, end), so the text needs no padding behind it.
namespace coracle::scan {

/// No byte of a token: the colon behind a field name, the space behind a method, everything else too.
constexpr bool ends_token(char c) noexcept { return !ascii::is_token(c); }
/// No visible ASCII character, or '#', which starts a fragment and has no place in a request.
constexpr bool ends_query(char c) noexcept {
    return c < 0x21 || c == 0x7F || (static_cast<unsigned char>(c) & 0x80) || c == '#';
}
/// As for a query, or the '?' that starts it.
constexpr bool ends_path(char c) noexcept { return ends_query(c) || c == '?'; }
/// A control character other than HT. Bytes from 0x80 up (obs-text) belong to the value.
constexpr bool ends_value(char c) noexcept {
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

namespace detail {

// Marks in a word: 0x80 in each byte for which something is true. The sums below never carry from byte to byte, so
// every mark is exact and the byte order does not matter.
inline constexpr std::uint64_t highs = 0x8080808080808080U;
constexpr std::uint64_t all(unsigned byte) noexcept { return 0x0101010101010101U * byte; }
constexpr std::uint64_t less(std::uint64_t word, unsigned bound) noexcept {
    return ~(((word & ~highs) + all(0x80 - bound)) | word) & highs;
}
constexpr std::uint64_t equal(std::uint64_t word, unsigned byte) noexcept { return less(word ^ all(byte), 1); }
constexpr std::size_t first_mark(std::uint64_t marks) noexcept {
    int bits = std::endian::native == std::endian::little ? std::countr_zero(marks) : std::countl_zero(marks);
    return static_cast<std::size_t>(bits) / 8;
}

#if defined(__SSE2__)
inline __m128i every(int byte) noexcept { return _mm_set1_epi8(static_cast<char>(byte)); }
/// Signed comparison: bytes from 0x80 up are below every range.
inline __m128i between(__m128i v, int low, int high) noexcept {
    return _mm_and_si128(_mm_cmpgt_epi8(v, every(low - 1)), _mm_cmplt_epi8(v, every(high + 1)));
}
inline unsigned mask_of(__m128i v) noexcept { return static_cast<unsigned>(_mm_movemask_epi8(v)); }
#endif

// A rule says in three widths which bytes might end the text; `surely` decides for the byte that was found, unless the
// wide tests are exact. Where the two differ ('_' in a token) the byte is rare and the wide test is cheaper for not
// knowing it.
struct query {
    static constexpr bool exact = true;
    static bool surely(char c) noexcept { return ends_query(c); }
    static std::uint64_t maybe(std::uint64_t w) noexcept {
        return less(w, 0x21) | equal(w, 0x7F) | equal(w, '#') | (w & highs);
    }
#if defined(__SSE2__)
    static unsigned maybe(__m128i v) noexcept {
        return mask_of(_mm_cmpeq_epi8(v, every('#'))) | (mask_of(between(v, 0x21, 0x7E)) ^ 0xFFFFU);
    }
#endif
};

struct path {
    static constexpr bool exact = true;
    static bool surely(char c) noexcept { return ends_path(c); }
    static std::uint64_t maybe(std::uint64_t w) noexcept { return query::maybe(w) | equal(w, '?'); }
#if defined(__SSE2__)
    static unsigned maybe(__m128i v) noexcept { return query::maybe(v) | mask_of(_mm_cmpeq_epi8(v, every('?'))); }
#endif
};

struct value {
    static constexpr bool exact = true;
    static bool surely(char c) noexcept { return ends_value(c); }
    static std::uint64_t maybe(std::uint64_t w) noexcept { return (less(w, 0x20) & ~equal(w, '\t')) | equal(w, 0x7F); }
#if defined(__SSE2__)
    static unsigned maybe(__m128i v) noexcept {
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(v, every(0x1F)), v);
        control = _mm_andnot_si128(_mm_cmpeq_epi8(v, every('\t')), control);
        return mask_of(_mm_or_si128(control, _mm_cmpeq_epi8(v, every(0x7F))));
    }
#endif
};

struct token {
    static constexpr bool exact = false;
    static bool surely(char c) noexcept { return ends_token(c); }
    static std::uint64_t maybe(std::uint64_t w) noexcept {
        std::uint64_t folded = w | all(0x20);
        std::uint64_t letter = less(folded, 'z' + 1) & ~less(folded, 'a');
        std::uint64_t digit = less(w, '9' + 1) & ~less(w, '0');
        return highs & ~(letter | digit | equal(w, '-'));
    }
#if defined(__SSE2__)
    static unsigned maybe(__m128i v) noexcept {
        __m128i letter = between(_mm_or_si128(v, every(0x20)), 'a', 'z');
        __m128i other = _mm_or_si128(between(v, '0', '9'), _mm_cmpeq_epi8(v, every('-')));
        return mask_of(_mm_or_si128(letter, other)) ^ 0xFFFFU;
    }
#endif
};

template <class Rule>
[[gnu::noinline]] const char* find_further(const char* p, const char* end) noexcept {
#if defined(__SSE2__)
    while (end - p >= 16) {
        unsigned marks = Rule::maybe(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
        if (marks == 0) {
            p += 16;
            continue;
        }
        p += __builtin_ctz(marks);
        if (Rule::exact || Rule::surely(*p)) return p;
        ++p;
    }
#endif
    while (end - p >= 8) {
        std::uint64_t word;
        std::memcpy(&word, p, sizeof word);
        std::uint64_t marks = Rule::maybe(word);
        if (marks == 0) {
            p += 8;
            continue;
        }
        p += first_mark(marks);
        if (Rule::exact || Rule::surely(*p)) return p;
        ++p;
    }
    while (p != end && !Rule::surely(*p)) ++p;
    return p;
}
/// Most of what is looked for stands within the first sixteen bytes: that look is made where it is asked for.
template <class Rule>
[[gnu::always_inline]] inline const char* find(const char* p, const char* end) noexcept {
#if defined(__SSE2__)
    if (end - p >= 16) [[likely]] {
        unsigned marks = Rule::maybe(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
        if (marks == 0) return find_further<Rule>(p + 16, end);
        const char* found = p + __builtin_ctz(marks);  // countr_zero would ask whether there is one
        if (Rule::exact || Rule::surely(*found)) [[likely]]
            return found;
        p = found + 1;
    }
#endif
    return find_further<Rule>(p, end);
}

}  // namespace detail

[[gnu::always_inline]] inline const char* token_end(const char* p, const char* end) noexcept {
    return detail::find<detail::token>(p, end);
}
[[gnu::always_inline]] inline const char* path_end(const char* p, const char* end) noexcept {
    return detail::find<detail::path>(p, end);
}
[[gnu::always_inline]] inline const char* query_end(const char* p, const char* end) noexcept {
    return detail::find<detail::query>(p, end);
}
[[gnu::always_inline]] inline const char* value_end(const char* p, const char* end) noexcept {
    return detail::find<detail::value>(p, end);
}

}  // namespace coracle::scan
