// decimal: a number as people write it, exact: "0.10" stays 0.10. For money. In JSON it is a string, as pydantic writes
// one, and a number is read too. Up to 36 digits; nothing is ever rounded unless it is asked for.
// General Decimal Arithmetic 1.70 (speleotrove.com/decimal) for form and comparison; Python's decimal for texts.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/number.hpp>
#include <coracle/json/value.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace coracle {

/// `decimal price = "19.99"; decimal total = (price * 3 * "1.19").rounded(2);` Sums and products are exact: they have
/// the digits that they have on paper, as far as 36 go.
/// error: std::overflow_error where they do not; std::invalid_argument for a literal that is no decimal, which does not
/// compile where a constant is made of it.
/// A JSON number has come as a double, so of one with a fraction, or beyond 64 bits, 17 digits count; as a string, all.
class decimal {
public:
    static constexpr std::size_t most_digits = 36;
    /// Of the last digit, above and below zero: every double has a place.
    static constexpr int most_exponent = 400;

    constexpr decimal() noexcept = default;
    template <std::integral T>
        requires(!std::same_as<T, bool> && !detail::code_unit<T>)
    constexpr decimal(T value) noexcept {
        if constexpr (std::is_signed_v<T>) negative_ = value < 0;
        auto rest = static_cast<std::uint64_t>(value);
        if (negative_) rest = std::uint64_t{0} - rest;
        count_ = static_cast<std::uint8_t>(rest == 0 ? 1 : detail::decimal_digits(rest));
        for (std::size_t i = count_; i-- > 0; rest /= 10) digits_[i] = static_cast<std::uint8_t>(rest % 10);
    }
    template <std::size_t N>
    constexpr decimal(const char (&literal)[N]) {
        if (read(std::string_view(literal), *this) != reading::good)
            throw std::invalid_argument(
                "coracle: this is no decimal; one is written as \"19.99\", of 36 digits at most");
    }
    /// The shortest decimal that reads back as this double: decimal(0.1) is 0.1. error: std::invalid_argument for
    /// infinity and NaN.
    template <std::floating_point T>
    explicit decimal(T value) {
        if (!std::isfinite(value)) throw std::invalid_argument("coracle: a decimal is a finite number");
        char text[40];
        auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
        read(std::string_view(text, static_cast<std::size_t>(end - text)), *this);
        if (exponent_ > 0 && count_ + static_cast<std::size_t>(exponent_) <= most_digits) lower_to(0);
    }

    /// As Python's Decimal takes one: ` 1_000.50 `, `.5`, `5.`, `1e-3`.
    static constexpr std::optional<decimal> parse(std::string_view text) noexcept {
        decimal made;
        if (read(text, made) == reading::good) return made;
        return std::nullopt;
    }

    constexpr bool is_zero() const noexcept { return count_ == 0 || digits_[0] == 0; }
    constexpr bool is_negative() const noexcept { return negative_ && !is_zero(); }
    /// Digits behind the point, as written: 2 of 1.50. In 1E+3 there are none.
    constexpr int places() const noexcept { return exponent_ < 0 ? -exponent_ : 0; }
    double to_double() const { return detail::read_double(to_text()); }

    /// Values are compared, not forms: 1.0 is 1.00, and -0 is 0.
    friend constexpr std::weak_ordering operator<=>(const decimal& a, const decimal& b) noexcept {
        if (a.is_zero() && b.is_zero()) return std::weak_ordering::equivalent;
        if (a.is_negative() != b.is_negative() || a.is_zero() || b.is_zero())
            return a.signum() < b.signum() ? std::weak_ordering::less : std::weak_ordering::greater;
        int order = compare_magnitude(a, b);
        if (a.negative_) order = -order;
        return order < 0   ? std::weak_ordering::less
               : order > 0 ? std::weak_ordering::greater
                           : std::weak_ordering::equivalent;
    }
    friend constexpr bool operator==(const decimal& a, const decimal& b) noexcept { return (a <=> b) == 0; }

    constexpr decimal operator-() const noexcept {
        decimal made = *this;
        made.negative_ = !negative_ && !is_zero();
        return made;
    }
    friend constexpr decimal operator+(const decimal& a, const decimal& b) {
        columns sum{};
        int exponent = a.exponent_ < b.exponent_ ? a.exponent_ : b.exponent_;
        a.add_to(sum, exponent, false);
        b.add_to(sum, exponent, false);
        return from_columns(sum, exponent);
    }
    friend constexpr decimal operator-(const decimal& a, const decimal& b) {
        columns sum{};
        int exponent = a.exponent_ < b.exponent_ ? a.exponent_ : b.exponent_;
        a.add_to(sum, exponent, false);
        b.add_to(sum, exponent, true);
        return from_columns(sum, exponent);
    }
    friend constexpr decimal operator*(const decimal& a, const decimal& b) {
        columns product{};
        int sign = a.negative_ != b.negative_ ? -1 : 1;
        for (std::size_t i = 0; i < a.count_; ++i)
            for (std::size_t j = 0; j < b.count_; ++j)
                product[product.size() - 1 - (a.count_ - 1 - i) - (b.count_ - 1 - j)] +=
                    sign * a.digits_[i] * b.digits_[j];
        return from_columns(product, a.exponent_ + b.exponent_);
    }
    /// What is left when b was taken away as often as it fits. The sign is that of a. error: std::domain_error when b
    /// is zero.
    friend constexpr decimal operator%(const decimal& a, const decimal& b) {
        if (b.is_zero()) throw std::domain_error("coracle: a decimal is divided by zero");
        if (compare_magnitude(a, b) < 0) return a;
        // b is not larger, so its digits and these zeros have room.
        decimal by = b;
        if (by.exponent_ > a.exponent_) by.lower_to(a.exponent_);
        const std::size_t width = by.count_ + std::size_t{1};
        columns rest{};  // the first `width` of them
        auto is_less = [&] {
            if (rest[0] != 0) return false;
            for (std::size_t i = 1; i < width; ++i)
                if (rest[i] != by.digits_[i - 1]) return rest[i] < by.digits_[i - 1];
            return false;
        };
        for (int left = a.exponent_ - by.exponent_, i = 0; i < a.count_ + left; ++i) {
            for (std::size_t j = 1; j < width; ++j) rest[j - 1] = rest[j];
            rest[width - 1] = i < a.count_ ? a.digits_[static_cast<std::size_t>(i)] : 0;
            while (!is_less()) {
                int borrow = 0;
                for (std::size_t j = width; j-- > 0;) {
                    rest[j] -= borrow + (j == 0 ? 0 : by.digits_[j - 1]);
                    borrow = rest[j] < 0 ? 1 : 0;
                    rest[j] += borrow * 10;
                }
            }
        }
        columns all{};
        for (std::size_t i = 0; i < width; ++i) all[all.size() - width + i] = rest[i];
        decimal made = from_columns(all, by.exponent_);
        made.negative_ = a.negative_ && !made.is_zero();
        return made;
    }
    constexpr decimal& operator+=(const decimal& other) { return *this = *this + other; }
    constexpr decimal& operator-=(const decimal& other) { return *this = *this - other; }
    constexpr decimal& operator*=(const decimal& other) { return *this = *this * other; }

    /// With exactly so many digits behind the point. A half goes to the even neighbour, as in Python and in banks:
    /// 0.125 becomes 0.12.
    constexpr decimal rounded(int places) const {
        if (-exponent_ <= places) {
            decimal made = *this;
            made.lower_to(-places);
            return made;
        }
        int kept = count_ + exponent_ + places;  // digits in front of the cut
        columns all{};
        int last = 0;
        for (int i = 0; i < kept; ++i)
            all[all.size() - static_cast<std::size_t>(kept - i)] = last = digits_[static_cast<std::size_t>(i)];
        bool more = false;
        for (int i = kept + 1; i < count_; ++i) more = more || (i >= 0 && digits_[static_cast<std::size_t>(i)] != 0);
        int next = kept >= 0 && kept < count_ ? digits_[static_cast<std::size_t>(kept)] : 0;
        if (next > 5 || (next == 5 && (more || last % 2 != 0))) ++all[all.size() - 1];
        decimal made = from_columns(all, -places);
        made.negative_ = negative_ && !made.is_zero();
        return made;
    }

    /// As Python's str(): `0.00`, `1E+5`, `1.5E-7`.
    std::string to_text() const {
        std::string digits = count_ == 0 ? "0" : "";
        for (std::size_t i = 0; i < count_; ++i) digits += static_cast<char>('0' + digits_[i]);
        int left = static_cast<int>(digits.size()) + exponent_;  // digits in front of the point
        bool plain = exponent_ <= 0 && left > -6;
        std::string text = negative_ ? "-" : "";
        int point = plain ? left : 1;
        if (point <= 0) text.append("0.").append(static_cast<std::size_t>(-point), '0');
        for (std::size_t i = 0; i < digits.size(); ++i) {
            if (i != 0 && static_cast<int>(i) == point) text += '.';
            text += digits[i];
        }
        if (!plain) text.append(left > 0 ? "E+" : "E-").append(std::to_string(left > 0 ? left - 1 : 1 - left));
        return text;
    }
    static std::optional<decimal> from_text(std::string_view text, text_problem& why) {
        decimal made;
        reading found = read(text, made);
        if (found == reading::good) [[likely]]
            return made;
        why = problem_of(found);
        return std::nullopt;
    }
    /// From a number of JSON.
    static std::optional<decimal> from_number(const json& number, text_problem& why) {
        if (number.type() == json_kind::integer) return decimal(number.as_int());
        if (number.type() == json_kind::unsigned_integer) return decimal(number.as_uint());
        if (std::isfinite(number.as_double())) return decimal(number.as_double());
        why = problem_of(reading::endless);
        return std::nullopt;
    }
    static text_problem not_a_text() {
        return {"decimal_type", "Decimal input should be an integer, float, string or Decimal object", {}};
    }
    static json schema() { return json{{"anyOf", json::array({json{{"type", "number"}}, json{{"type", "string"}}})}}; }
    /// Whether both were made the same way: a decimal without a value is not the same as one that was made from 0.
    static constexpr bool alike(const decimal& a, const decimal& b) noexcept {
        return a.count_ == b.count_ && a.negative_ == b.negative_ && a.exponent_ == b.exponent_ &&
               a.digits_ == b.digits_;
    }
    /// Digits and places of the value without the zeros at its end, as pydantic counts them.
    struct extent {
        std::size_t digits;
        std::size_t places;
    };
    constexpr extent measure() const noexcept {
        if (is_zero()) return {1, 0};
        std::size_t count = count_;
        int exponent = exponent_;
        while (digits_[count - 1] == 0) {
            --count;
            ++exponent;
        }
        if (exponent >= 0) return {count + static_cast<std::size_t>(exponent), 0};
        auto places = static_cast<std::size_t>(-exponent);
        return {places > count ? places : count, places};
    }

private:
    enum class reading : unsigned char { good, none, endless, too_many_digits };
    /// Sums of digits in their places, the ones last; each may be of any sign.
    using columns = std::array<int, 2 * most_digits + 1>;

    [[noreturn]] static void throw_overflow() {
        throw std::overflow_error("coracle: a decimal has room for 36 digits; round before they are more");
    }

    static constexpr bool is_endless(std::string_view word) noexcept {
        if (ascii::iequals(word, "inf") || ascii::iequals(word, "infinity")) return true;
        while (!word.empty() && ascii::is_digit(word.back())) word.remove_suffix(1);
        return ascii::iequals(word, "nan") || ascii::iequals(word, "snan");
    }
    static constexpr reading read(std::string_view text, decimal& out) noexcept {
        out = decimal();
        text = detail::strip(text);
        bool negative = text.starts_with('-');
        if (negative || text.starts_with('+')) text.remove_prefix(1);
        if (is_endless(text)) return reading::endless;
        int exponent = 0;
        bool point = false;
        bool too_many = false;
        std::size_t at = 0;
        for (; at < text.size(); ++at) {
            char c = text[at];
            if (c == '_') continue;
            if (c == '.' && !point) {
                point = true;
                continue;
            }
            if (!ascii::is_digit(c)) break;
            exponent -= point && exponent > -100'000 ? 1 : 0;
            if (out.count_ == 1 && out.digits_[0] == 0) out.count_ = 0;
            too_many = too_many || out.count_ == most_digits;
            if (!too_many) out.digits_[out.count_++] = static_cast<std::uint8_t>(c - '0');
        }
        if (out.count_ == 0) return reading::none;
        if (at < text.size()) {
            if (text[at] != 'e' && text[at] != 'E') return reading::none;
            ++at;
            bool minus = at < text.size() && text[at] == '-';
            if (at < text.size() && (minus || text[at] == '+')) ++at;
            int written = -1;
            for (; at < text.size(); ++at) {
                if (text[at] == '_') continue;
                if (!ascii::is_digit(text[at])) return reading::none;
                written = written < 0 ? 0 : written > 100'000 ? written : written * 10;
                written += text[at] - '0';
            }
            if (written < 0) return reading::none;
            exponent += minus ? -written : written;
        }
        if (too_many) return reading::too_many_digits;
        if (exponent > most_exponent || exponent < -most_exponent) return reading::none;
        out.negative_ = negative;
        out.exponent_ = static_cast<std::int16_t>(exponent);
        return reading::good;
    }
    [[gnu::cold]] static text_problem problem_of(reading found) {
        if (found == reading::endless) return {"finite_number", "Input should be a finite number", {}};
        if (found == reading::none) return {"decimal_parsing", "Input should be a valid decimal", {}};
        return {"decimal_max_digits", "Decimal input should have no more than 36 digits in total",
                json{{"max_digits", most_digits}}};
    }

    constexpr int signum() const noexcept { return is_zero() ? 0 : negative_ ? -1 : 1; }
    static constexpr int compare_magnitude(const decimal& a, const decimal& b) noexcept {
        if (a.is_zero() || b.is_zero()) return (a.is_zero() ? 0 : 1) - (b.is_zero() ? 0 : 1);
        int left = a.count_ + a.exponent_;
        int right = b.count_ + b.exponent_;
        if (left != right) return left < right ? -1 : 1;
        for (std::size_t i = 0; i < most_digits; ++i) {
            int one = i < a.count_ ? a.digits_[i] : 0;
            int other = i < b.count_ ? b.digits_[i] : 0;
            if (one != other) return one < other ? -1 : 1;
        }
        return 0;
    }
    /// The same value with that exponent, which is not above the one it has.
    constexpr void lower_to(int exponent) {
        auto zeros = static_cast<std::size_t>(exponent_ - exponent);
        if (exponent < -most_exponent || (!is_zero() && count_ + zeros > most_digits)) throw_overflow();
        if (!is_zero()) count_ = static_cast<std::uint8_t>(count_ + zeros);  // there are zeros behind the digits
        if (count_ == 0) count_ = 1;
        exponent_ = static_cast<std::int16_t>(exponent);
    }
    constexpr void add_to(columns& sum, int exponent, bool subtract) const {
        if (is_zero()) return;
        auto shift = static_cast<std::size_t>(exponent_ - exponent);
        if (count_ + shift > most_digits) throw_overflow();
        int sign = negative_ != subtract ? -1 : 1;
        for (std::size_t i = 0; i < count_; ++i) sum[sum.size() - shift - count_ + i] += sign * digits_[i];
    }
    static constexpr decimal from_columns(columns& all, int exponent) {
        for (std::size_t pass = 0; pass < 2; ++pass) {
            int carry = 0;
            for (std::size_t i = all.size(); i-- > 0;) {
                int value = all[i] + carry;
                carry = value >= 0 ? value / 10 : -((9 - value) / 10);
                all[i] = value - carry * 10;
            }
            if (carry >= 0) {
                std::size_t first = 0;
                while (first + 1 < all.size() && all[first] == 0) ++first;
                decimal made;
                if (all.size() - first > most_digits || exponent > most_exponent || exponent < -most_exponent)
                    throw_overflow();
                made.count_ = static_cast<std::uint8_t>(all.size() - first);
                for (std::size_t i = first; i < all.size(); ++i)
                    made.digits_[i - first] = static_cast<std::uint8_t>(all[i]);
                made.exponent_ = static_cast<std::int16_t>(exponent);
                made.negative_ = pass == 1;
                return made;
            }
            all[0] += carry * 10;  // below zero: once more, the other way round
            for (int& each : all) each = -each;
        }
        throw_overflow();
    }

    std::array<std::uint8_t, most_digits> digits_{};  // the most significant first, zeros behind the last
    std::uint8_t count_ = 0;                          // 0: zero, made without a value
    bool negative_ = false;
    std::int16_t exponent_ = 0;  // of the last digit
};

}  // namespace coracle
