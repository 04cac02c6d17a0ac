// duration: lengths of time as text, and back.
// ISO 8601 as pydantic writes and reads it: "P1DT2H3M4.5S"; "01:30:00" and "3 days" are read too.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/json/error.hpp>
#include <coracle/json/number.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <ratio>
#include <string_view>
#include <type_traits>

namespace coracle::detail {

template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

/// Most bytes that write_time uses.
inline constexpr std::size_t max_time_length = 64;

/// A length of time without a unit of its own: `seconds` and `nanoseconds` count in the same direction.
struct time_span {
    bool negative = false;
    std::uint64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
};

inline char* write_padded(char* out, std::uint64_t value, unsigned digits) noexcept {
    for (unsigned i = digits; i; --i) {
        out[i - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    return out + digits;
}

template <class Rep, class Period>
time_span span_of(std::chrono::duration<Rep, Period> length) {
    time_span span;
    if constexpr (std::is_floating_point_v<Rep>) {
        double seconds = std::chrono::duration<double>(length).count();
        span.negative = std::signbit(seconds) && seconds != 0;
        double magnitude = std::fabs(seconds);
        if (!(magnitude < 0x1p53))
            throw json_error("a duration that is not finite, or longer than 2^53 seconds, has no JSON form");
        span.seconds = static_cast<std::uint64_t>(magnitude);
        span.nanoseconds =
            static_cast<std::uint32_t>(std::lround((magnitude - static_cast<double>(span.seconds)) * 1e9));
        if (span.nanoseconds == 1'000'000'000) {
            span.nanoseconds = 0;
            ++span.seconds;
        }
    } else {
        static_assert(Period::den <= 1'000'000'000, "coracle: durations finer than a nanosecond have no form in JSON");
        constexpr auto num = static_cast<std::uint64_t>(Period::num);
        constexpr auto den = static_cast<std::uint64_t>(Period::den);
        std::uint64_t ticks = static_cast<std::uint64_t>(length.count());
        span.negative = length.count() < 0;
        if (span.negative) ticks = 0 - ticks;
        // ticks * num / den in two steps, so that only what is longer than 2^64 seconds overflows.
        std::uint64_t whole = ticks / den;
        std::uint64_t part = ticks % den * num;
        if (whole > (std::numeric_limits<std::uint64_t>::max() - part / den) / num)
            throw json_error("a duration longer than 2^64 seconds has no JSON form");
        span.seconds = whole * num + part / den;
        span.nanoseconds = static_cast<std::uint32_t>(part % den * (1'000'000'000 / den));
    }
    return span;
}

/// Writes at `out` and gives the end. Error: json_error when `value` is out of what the form can say.
template <class Rep, class Period>
char* write_time(char* out, std::chrono::duration<Rep, Period> value) {
    time_span span = span_of(value);
    if (span.negative) *out++ = '-';
    *out++ = 'P';
    std::uint64_t rest = span.seconds;
    auto part = [&](std::uint64_t unit, char mark) {
        if (rest < unit) return;
        out = write_unsigned(out, rest / unit);
        *out++ = mark;
        rest %= unit;
    };
    part(86400, 'D');
    if (rest == 0 && span.nanoseconds == 0 && span.seconds != 0) return out;
    *out++ = 'T';
    part(3600, 'H');
    part(60, 'M');
    if (rest == 0 && span.nanoseconds == 0 && span.seconds != 0) return out;
    out = write_unsigned(out, rest);
    if (span.nanoseconds != 0) {
        *out++ = '.';
        out = write_padded(out, span.nanoseconds, 9);
        while (out[-1] == '0') --out;
    }
    *out++ = 'S';
    return out;
}

/// Eats the front of a text; every step says whether it could.
class time_reader {
public:
    explicit time_reader(std::string_view text) noexcept : rest_(text) {}

    bool done() const noexcept { return rest_.empty(); }
    bool eat(char c) noexcept {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// One of `marks`, or '\0'.
    char eat_one_of(std::string_view marks) noexcept {
        if (rest_.empty() || marks.find(rest_.front()) == marks.npos) return '\0';
        char found = rest_.front();
        rest_.remove_prefix(1);
        return found;
    }
    bool eat_word(std::string_view word) noexcept {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    /// Exactly `count` digits.
    std::optional<unsigned> digits(std::size_t count) noexcept {
        if (rest_.size() < count) return std::nullopt;
        auto value = ascii::parse_decimal<unsigned>(rest_.substr(0, count));
        if (value) rest_.remove_prefix(count);
        return value;
    }
    /// 1*DIGIT; what is above 10^15 counts as 10^15, which no time reaches.
    std::optional<std::uint64_t> number() noexcept {
        if (rest_.empty() || !ascii::is_digit(rest_.front())) return std::nullopt;
        std::uint64_t value = 0;
        while (!rest_.empty() && ascii::is_digit(rest_.front())) {
            if (value < 1'000'000'000'000'000) value = value * 10 + static_cast<std::uint64_t>(rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value < 1'000'000'000'000'000 ? value : 1'000'000'000'000'000;
    }
    /// ".5", ",5": nanoseconds, further digits cut off. No mark: 0.
    std::optional<std::uint32_t> fraction() noexcept {
        if (!eat_one_of(".,")) return 0u;
        if (rest_.empty() || !ascii::is_digit(rest_.front())) return std::nullopt;
        std::uint32_t value = 0;
        std::uint32_t unit = 100'000'000;
        while (!rest_.empty() && ascii::is_digit(rest_.front())) {
            value += unit * static_cast<std::uint32_t>(rest_.front() - '0');
            unit /= 10;
            rest_.remove_prefix(1);
        }
        return value;
    }

private:
    std::string_view rest_;
};

/// "P1DT2H3M4.5S", "01:30:00", "3 days", "3 days, 01:30:00".
inline std::optional<time_span> read_span(std::string_view text, std::string_view& why) noexcept {
    auto fail = [&](std::string_view reason) {
        why = reason;
        return std::nullopt;
    };
    time_reader in(text);
    time_span span;
    char sign = in.eat_one_of("+-");
    span.negative = sign == '-';
    if (in.done()) return fail("input is too short");
    constexpr std::uint64_t longest = std::uint64_t{999'999'999} * 86400 + 86399;
    constexpr std::string_view too_long = "durations may not exceed 999,999,999 days";
    auto clock = [&](std::uint64_t hours) {
        auto minutes = in.digits(2);
        if (!minutes || *minutes > 59 || !in.eat(':')) return false;
        auto seconds = in.digits(2);
        if (!seconds || *seconds > 59) return false;
        auto fraction = in.fraction();
        if (!fraction) return false;
        span.seconds += hours * 3600 + *minutes * 60 + *seconds;
        span.nanoseconds = *fraction;
        return true;
    };
    if (in.eat_one_of("Pp")) {
        struct unit {
            char mark;
            std::uint64_t seconds;
        };
        constexpr unit units[] = {{'Y', 365 * 86400}, {'M', 30 * 86400}, {'W', 7 * 86400}, {'D', 86400},
                                  {'H', 3600},        {'M', 60},         {'S', 1}};
        std::size_t next = 0;
        bool any = false;
        while (!in.done()) {
            if (in.eat_one_of("Tt")) {
                if (next > 4) return fail("invalid digit in duration");
                next = 4;
                if (in.done()) return fail("input is too short");
            }
            auto number = in.number();
            if (!number) return fail("invalid digit in duration");
            auto fraction = in.fraction();
            if (!fraction) return fail("invalid digit in duration");
            std::size_t last = next < 4 ? 4 : 7;
            char mark = ascii::to_lower(in.eat_one_of("YyMmWwDdHhSs"));
            while (next < last && ascii::to_lower(units[next].mark) != mark) ++next;
            if (next == last) return fail("invalid digit in duration");
            if (*number > longest / units[next].seconds) return fail(too_long);
            if (*fraction != 0 && (units[next].mark != 'S' || !in.done())) return fail("invalid digit in duration");
            span.seconds += *number * units[next].seconds;
            span.nanoseconds = *fraction;
            ++next;
            any = true;
        }
        if (!any) return fail("input is too short");
    } else {
        auto number = in.number();
        if (!number) return fail("invalid digit in duration");
        if (*number > 999'999'999) return fail(too_long);
        if (in.eat(':')) {
            if (!clock(*number)) return fail("invalid character in minute or second");
        } else {
            in.eat(' ');
            if (!in.eat_word("days") && !in.eat_word("day") && !in.eat_word("d"))
                return fail("\"day\" identifier in duration not correctly formatted");
            span.seconds = *number * 86400;
            if (!in.done()) {
                in.eat(',');
                in.eat(' ');
                auto hours = in.number();
                if (!hours || *hours > 999'999'999 || !in.eat(':') || !clock(*hours))
                    return fail("invalid character in hour");
            }
        }
        if (!in.done()) return fail("unexpected extra characters at the end of the input");
    }
    if (span.seconds > longest) return fail(too_long);
    return span;
}

/// A number of seconds as a length of time.
inline std::optional<time_span> read_span(double seconds, std::string_view& why) noexcept {
    double magnitude = std::fabs(seconds);
    if (!(magnitude < 1e9 * 86400)) {
        why = "durations may not exceed 999,999,999 days";
        return std::nullopt;
    }
    time_span span{seconds < 0, static_cast<std::uint64_t>(magnitude), 0};
    // To the microsecond, as Python does: 0.1 is a tenth and not the double next to it.
    auto micro = static_cast<std::uint32_t>(std::lround((magnitude - static_cast<double>(span.seconds)) * 1e6));
    span.seconds += micro / 1'000'000;
    span.nanoseconds = micro % 1'000'000 * 1000;
    return span;
}

/// The same length in the unit of Duration; nothing, and why, when it has too many of them or no whole number of them.
template <class Duration>
std::optional<Duration> to_duration(time_span span, std::string_view& why) noexcept {
    using rep = typename Duration::rep;
    using period = typename Duration::period;
    if constexpr (std::is_floating_point_v<rep>) {
        std::chrono::duration<double> seconds(static_cast<double>(span.seconds) + span.nanoseconds * 1e-9);
        return std::chrono::duration_cast<Duration>(span.negative ? -seconds : seconds);
    } else {
        static_assert(period::den <= 1'000'000'000,
                      "coracle: durations finer than a nanosecond cannot be read from JSON");
        constexpr auto num = static_cast<std::uint64_t>(period::num);
        constexpr auto den = static_cast<std::uint64_t>(period::den);
        constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<rep>::max());
        std::uint64_t part = span.nanoseconds * den;  // of a second, in units of 10^-9 / den
        if (span.seconds > (std::numeric_limits<std::uint64_t>::max() - part / 1'000'000'000) / den) {
            why = "it is longer than can be held here";
            return std::nullopt;
        }
        std::uint64_t scaled = span.seconds * den + part / 1'000'000'000;
        if (part % 1'000'000'000 != 0 || scaled % num != 0) {
            why = "it is finer than can be held here";
            return std::nullopt;
        }
        std::uint64_t ticks = scaled / num;
        if (ticks > most || (span.negative && std::is_unsigned_v<rep> && ticks != 0)) {
            why = "it is longer than can be held here";
            return std::nullopt;
        }
        auto count = static_cast<rep>(ticks);
        return Duration(span.negative ? static_cast<rep>(-count) : count);
    }
}

}  // namespace coracle::detail
