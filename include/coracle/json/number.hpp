// Numbers as text and back: exact integers, shortest round-trip doubles, correctly rounded reading. No locale.
// RFC 8259 section 6. Doubles are spelled as Python spells them: 1.0, 1e+16, 1.5e-07.
#pragma once

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <system_error>
#include <type_traits>

#if !defined(__cpp_lib_to_chars)
#include <cstdio>
#include <cstdlib>
#include <string>
#endif

namespace coracle::detail {

/// Most bytes that write_integer and write_floating use.
inline constexpr std::size_t max_number_length = 32;

inline constexpr auto digit_pairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}();
inline constexpr auto powers_of_ten = [] {
    std::array<std::uint64_t, 20> powers{};
    std::uint64_t power = 1;
    for (auto& each : powers) {
        each = power;
        power *= 10;
    }
    return powers;
}();
/// Every power of ten that a double holds exactly.
inline constexpr std::array<double, 23> exact_powers_of_ten{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                            1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

constexpr unsigned decimal_digits(std::uint64_t value) noexcept {
    auto guess = static_cast<unsigned>(std::bit_width(value | 1)) * 1233 >> 12;  // 1233 / 4096 is log10(2)
    return guess + (value >= powers_of_ten[guess] ? 1u : 0u);
}

/// Writes `value` at `out` and gives the end.
inline char* write_unsigned(char* out, std::uint64_t value) noexcept {
    if (value < 10) {
        *out = static_cast<char>('0' + value);
        return out + 1;
    }
    char* end = out + decimal_digits(value);
    char* at = end;
    while (value >= 100) {
        at -= 2;
        std::memcpy(at, digit_pairs.data() + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10)
        std::memcpy(at - 2, digit_pairs.data() + 2 * value, 2);
    else
        at[-1] = static_cast<char>('0' + value);
    return end;
}
inline char* write_signed(char* out, std::int64_t value) noexcept {
    auto magnitude = static_cast<std::uint64_t>(value);
    if (value < 0) {
        *out++ = '-';
        magnitude = 0 - magnitude;
    }
    return write_unsigned(out, magnitude);
}

/// A finite float or double with the fewest digits that read back as the same. Gives the end.
template <class T>
inline char* write_floating(char* out, T value) noexcept {
    static_assert(std::is_floating_point_v<T>);
    T magnitude = std::signbit(value) ? -value : value;
    if constexpr (std::is_same_v<T, double>) {
        // Prices and counts: at most 15 digits, so decimal and double stand for each other one to one.
        if (magnitude < 1e15) {
            auto whole = static_cast<std::uint64_t>(magnitude);
            if (static_cast<double>(whole) == magnitude) {
                if (std::signbit(value)) *out++ = '-';
                out = write_unsigned(out, whole);
                std::memcpy(out, ".0", 2);
                return out + 2;
            }
            if (magnitude >= 1e-3 && magnitude < 1e11) {
                for (unsigned places = 1; places <= 3; ++places) {
                    auto scaled = static_cast<std::uint64_t>(magnitude * exact_powers_of_ten[places] + 0.5);
                    if (static_cast<double>(scaled) / exact_powers_of_ten[places] != magnitude) continue;
                    if (std::signbit(value)) *out++ = '-';
                    std::uint64_t unit = powers_of_ten[places];
                    out = write_unsigned(out, scaled / unit);
                    std::uint64_t rest = scaled % unit;
                    *out = '.';
                    for (unsigned i = places; i; --i) {
                        out[i] = static_cast<char>('0' + rest % 10);
                        rest /= 10;
                    }
                    return out + 1 + places;
                }
            }
        }
    }
    bool plain = magnitude == 0 || (magnitude >= T(1e-4) && magnitude < T(1e16));
    auto done = std::to_chars(out, out + max_number_length, value,
                              plain ? std::chars_format::fixed : std::chars_format::scientific);
    if (plain && std::memchr(out, '.', static_cast<std::size_t>(done.ptr - out)) == nullptr) {
        std::memcpy(done.ptr, ".0", 2);
        return done.ptr + 2;
    }
    return done.ptr;
}

#if !defined(__cpp_lib_to_chars)
// libc++ before 20 has no from_chars for double. strtod rounds correctly but looks for the decimal point of the
// process's locale, so what it left unread at a '.' is tried again with the point that printf uses just now.
inline double read_double_by_strtod(std::string_view text) {
    std::string copy(text);
    char* end = nullptr;
    double value = std::strtod(copy.c_str(), &end);
    if (end != copy.c_str() + copy.size()) {
        char sample[16];
        int length = std::snprintf(sample, sizeof sample, "%.1f", 0.5);
        std::string_view point(sample + 1, static_cast<std::size_t>(length - 2));
        copy.replace(copy.find('.'), 1, point);
        value = std::strtod(copy.c_str(), &end);
    }
    return value;
}
#endif

/// The double nearest to `text`, which must be a number of RFC 8259. Infinite when it is too large.
inline double read_double(std::string_view text) {
#if defined(__cpp_lib_to_chars)
    double value = 0;
    auto done = std::from_chars(text.data(), text.data() + text.size(), value);
    if (done.ec == std::errc::result_out_of_range) {
        // Too large or too small: from_chars does not say which. Find the decimal exponent of the first digit.
        bool negative = text.front() == '-';
        long long exponent = 0;
        std::size_t mark = text.find_first_of("eE");
        if (mark != std::string_view::npos) {
            bool down = text[mark + 1] == '-';
            for (char c : text.substr(mark + 1))
                if (c >= '0' && c <= '9' && exponent < 1'000'000'000) exponent = exponent * 10 + (c - '0');
            if (down) exponent = -exponent;
        }
        std::string_view digits =
            text.substr(negative ? 1 : 0, (mark == std::string_view::npos ? text.size() : mark) - (negative ? 1 : 0));
        std::size_t point = digits.find('.');
        std::size_t first = digits.find_first_of("123456789");
        if (point == std::string_view::npos) point = digits.size();
        exponent += static_cast<long long>(point) - static_cast<long long>(first);
        value = exponent > 0 ? HUGE_VAL : 0.0;
        return negative ? -value : value;
    }
    return value;
#else
    return read_double_by_strtod(text);
#endif
}

}  // namespace coracle::detail
