// instant: dates and points in time as text, and back.
// ISO 8601 as pydantic writes and reads it: "2024-01-31", "2024-01-31T12:34:56.500000Z". A text without a zone is UTC.
#pragma once

#include <coracle/json/duration.hpp>
#include <coracle/json/error.hpp>
#include <coracle/json/number.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

namespace coracle::detail {

template <class T>
inline constexpr bool is_sys_time = false;
template <class Duration>
inline constexpr bool is_sys_time<std::chrono::sys_time<Duration>> = true;

/// What is written as "2024-01-31".
template <class T>
concept date_type = std::is_same_v<T, std::chrono::year_month_day> || std::is_same_v<T, std::chrono::sys_days>;
/// What has a form in ISO 8601: dates, points of system time, durations.
template <class T>
concept time_type = date_type<T> || is_sys_time<T> || is_duration<T>;

inline char* write_time(char* out, std::chrono::year_month_day date) {
    int year = static_cast<int>(date.year());
    if (!date.ok() || year < 0 || year > 9999)
        throw json_error("a date that is in no calendar, or outside the years 0 to 9999, has no JSON form");
    out = write_padded(out, static_cast<std::uint64_t>(year), 4);
    *out++ = '-';
    out = write_padded(out, static_cast<unsigned>(date.month()), 2);
    *out++ = '-';
    return write_padded(out, static_cast<unsigned>(date.day()), 2);
}

template <class Duration>
char* write_time(char* out, std::chrono::sys_time<Duration> value) {
    // Beyond these a day has no four-digit year, and its number might not even fit the calendar's int.
    constexpr auto first = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
    constexpr auto last = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);
    auto far_day = std::chrono::floor<std::chrono::duration<std::int64_t, std::chrono::days::period>>(value);
    if (far_day < first || far_day > last)
        throw json_error("a point in time outside the years 0 to 9999 has no JSON form");
    auto day = std::chrono::time_point_cast<std::chrono::days>(far_day);
    out = write_time(out, std::chrono::year_month_day(day));
    if constexpr (!std::is_same_v<Duration, std::chrono::days>) {
        time_span since = span_of(value - day);
        *out++ = 'T';
        out = write_padded(out, since.seconds / 3600, 2);
        *out++ = ':';
        out = write_padded(out, since.seconds / 60 % 60, 2);
        *out++ = ':';
        out = write_padded(out, since.seconds % 60, 2);
        if (since.nanoseconds != 0) {
            *out++ = '.';
            bool fine = since.nanoseconds % 1000 != 0;
            out = write_padded(out, fine ? since.nanoseconds : since.nanoseconds / 1000, fine ? 9 : 6);
        }
        *out++ = 'Z';
    }
    return out;
}

/// "2024-01-31" at the front of `text`; else nothing and why, in pydantic's words.
inline std::optional<std::chrono::sys_days> read_date(std::string_view text, std::string_view& why) noexcept {
    time_reader in(text);
    auto fail = [&](std::string_view reason) {
        why = reason;
        return std::nullopt;
    };
    if (text.size() < 10) return fail("input is too short");
    auto year = in.digits(4);
    if (!year) return fail("invalid character in year");
    if (!in.eat('-')) return fail("invalid date separator, expected `-`");
    auto month = in.digits(2);
    if (!month) return fail("invalid character in month");
    if (!in.eat('-')) return fail("invalid date separator, expected `-`");
    auto day = in.digits(2);
    if (!day) return fail("invalid character in day");
    if (*month < 1 || *month > 12) return fail("month value is outside expected range of 1-12");
    std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                     std::chrono::day(*day)};
    if (!date.ok()) return fail("day value is outside expected range");
    return std::chrono::sys_days(date);
}

struct instant {
    std::chrono::sys_seconds seconds{};
    std::uint32_t nanoseconds = 0;
};

/// A date alone, or a date with a time of day and a zone (none is UTC).
inline std::optional<instant> read_instant(std::string_view text, std::string_view& why) noexcept {
    auto day = read_date(text, why);
    if (!day) return std::nullopt;
    instant found{*day, 0};
    if (text.size() == 10) return found;
    time_reader in(text.substr(10));
    if (!in.eat_one_of("Tt_ ")) {
        why = "invalid datetime separator, expected `T`, `t`, `_` or space";
        return std::nullopt;
    }
    why = "unexpected extra characters at the end of the input";
    auto hour = in.digits(2);
    if (!hour || *hour > 23 || !in.eat(':')) return std::nullopt;
    auto minute = in.digits(2);
    if (!minute || *minute > 59) return std::nullopt;
    found.seconds += std::chrono::hours(*hour) + std::chrono::minutes(*minute);
    if (in.eat(':')) {
        auto second = in.digits(2);
        if (!second || *second > 59) return std::nullopt;
        auto fraction = in.fraction();
        if (!fraction) return std::nullopt;
        found.seconds += std::chrono::seconds(*second);
        found.nanoseconds = *fraction;
    }
    if (char sign = in.eat_one_of("+-")) {
        auto zone_hour = in.digits(2);
        in.eat(':');
        auto zone_minute = in.digits(2);
        if (!zone_hour || !zone_minute || *zone_hour > 23 || *zone_minute > 59) return std::nullopt;
        auto offset = std::chrono::hours(*zone_hour) + std::chrono::minutes(*zone_minute);
        found.seconds += sign == '+' ? -offset : offset;
    } else {
        in.eat_one_of("Zz");
    }
    if (!in.done()) return std::nullopt;
    return found;
}

/// The tick of Duration that `found` lies in; nothing when it has none.
template <class Duration>
std::optional<std::chrono::sys_time<Duration>> to_sys_time(instant found) noexcept {
    using common = std::chrono::duration<double, typename Duration::period>;
    if constexpr (!std::is_floating_point_v<typename Duration::rep>) {
        double ticks = common(found.seconds.time_since_epoch()).count();
        constexpr auto most = static_cast<double>(std::numeric_limits<typename Duration::rep>::max());
        if (!(std::fabs(ticks) < most * (1 - 1e-9))) return std::nullopt;
    }
    return std::chrono::sys_time<Duration>(std::chrono::floor<Duration>(found.seconds.time_since_epoch())) +
           std::chrono::floor<Duration>(std::chrono::nanoseconds(found.nanoseconds));
}

/// Seconds since 1970, or milliseconds when there are too many for seconds: pydantic's rule.
inline std::optional<instant> read_instant(double since_1970) noexcept {
    double seconds = std::fabs(since_1970) > 2e10 ? since_1970 / 1000 : since_1970;
    if (!(seconds >= -62'135'596'800.0 && seconds < 253'402'300'800.0)) return std::nullopt;  // years 1 to 9999
    double whole = std::floor(seconds);
    auto micro = static_cast<std::uint32_t>(std::lround((seconds - whole) * 1e6));
    auto carried = static_cast<std::int64_t>(whole) + micro / 1'000'000;
    return instant{std::chrono::sys_seconds(std::chrono::seconds(carried)), micro % 1'000'000 * 1000};
}

}  // namespace coracle::detail
