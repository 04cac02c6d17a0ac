// date: moments as HTTP writes them, from and to seconds since 1970. No libc, no time zone, no locale.
// RFC 9110 5.6.7.
#pragma once

#include <coracle/base/ascii.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace coracle::http {

/// `Sun, 06 Nov 1994 08:49:37 GMT` always has this size.
inline constexpr std::size_t date_size = 29;

namespace detail {
inline constexpr std::string_view day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                 "Thursday", "Friday", "Saturday"};
inline constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";
inline constexpr std::int64_t seconds_per_day = 86400;

constexpr void put_digits(char* to, unsigned value, int count) noexcept {
    for (; count-- > 0; value /= 10) to[count] = static_cast<char>('0' + value % 10);
}
constexpr char* put_text(char* to, std::string_view text) noexcept {
    for (char c : text) *to++ = c;
    return to;
}

/// Reads the date forms from left to right; the first mismatch makes everything after it one too.
class date_text {
public:
    constexpr explicit date_text(std::string_view text) noexcept : rest_(text) {}
    constexpr void skip(std::string_view text) noexcept {
        good_ = good_ && rest_.starts_with(text);
        if (good_) rest_.remove_prefix(text.size());
    }
    constexpr int number(std::size_t digits) noexcept {
        good_ = good_ && rest_.size() >= digits;
        int value = 0;
        for (std::size_t i = 0; good_ && i < digits; ++i) {
            good_ = ascii::is_digit(rest_[i]);
            value = value * 10 + (rest_[i] - '0');
        }
        if (good_) rest_.remove_prefix(digits);
        return value;
    }
    constexpr unsigned month() noexcept {
        std::size_t at = rest_.size() < 3 ? std::string_view::npos : month_names.find(rest_.substr(0, 3));
        good_ = good_ && at != std::string_view::npos && at % 3 == 0;
        if (good_) rest_.remove_prefix(3);
        return static_cast<unsigned>(at / 3 + 1);
    }
    /// Hours, minutes, seconds; 60 is a leap second and counts as 59.
    constexpr std::int64_t time_of_day() noexcept {
        int hour = number(2);
        skip(":");
        int minute = number(2);
        skip(":");
        int second = number(2);
        good_ = good_ && hour < 24 && minute < 60 && second <= 60;
        return hour * 3600 + minute * 60 + (second < 60 ? second : 59);
    }
    constexpr bool starts_with(std::string_view text) const noexcept { return rest_.starts_with(text); }
    constexpr bool at_end() const noexcept { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_ = true;
};

// Days are counted in years that begin in March, so that the leap day is the last of a year. 400 years have 146097
// days, and 1970-01-01 is day 719468 from 0000-03-01.
struct civil_date {
    std::int64_t year = 1970;
    unsigned month = 1;
    unsigned day = 1;
};
constexpr std::int64_t days_of(civil_date date) noexcept {
    std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    std::int64_t in_era = year - era * 400;
    std::int64_t in_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}
constexpr civil_date date_of(std::int64_t days) noexcept {
    days += 719468;
    std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    std::int64_t day = days - era * 146097;
    std::int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    auto in_year = static_cast<unsigned>(day - (365 * year + year / 4 - year / 100));
    unsigned march_month = (5 * in_year + 2) / 153;
    unsigned month = march_month < 10 ? march_month + 3 : march_month - 9;
    return {year + era * 400 + (month <= 2), month, in_year - (153 * march_month + 2) / 5 + 1};
}

constexpr std::optional<std::int64_t> seconds_of(const date_text& text, int year, unsigned month, int day,
                                                 std::int64_t time) noexcept {
    if (!text.at_end() || day < 1) return std::nullopt;
    civil_date date{year, month, static_cast<unsigned>(day)};
    std::int64_t days = days_of(date);
    civil_date back = date_of(days);  // 31 June comes back as 1 July
    if (back.month != date.month || back.day != date.day) return std::nullopt;
    return days * seconds_per_day + time;
}
}  // namespace detail

/// Writes `date_size` characters. Years beyond 9999 and before 0 cannot be written so; they become the nearest that
/// can.
constexpr void write_date(std::int64_t unix_seconds, char* to) noexcept {
    constexpr std::int64_t first = -62167219200, last = 253402300799;
    unix_seconds = unix_seconds < first ? first : unix_seconds > last ? last : unix_seconds;
    std::int64_t days = unix_seconds / detail::seconds_per_day;
    std::int64_t time = unix_seconds % detail::seconds_per_day;
    if (time < 0) {
        time += detail::seconds_per_day;
        --days;
    }
    detail::civil_date date = detail::date_of(days);
    auto weekday = static_cast<std::size_t>(((days + 4) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
    auto seconds = static_cast<unsigned>(time);

    to = detail::put_text(to, detail::day_names[weekday].substr(0, 3));
    to = detail::put_text(to, ", ");
    detail::put_digits(to, date.day, 2);
    to[2] = ' ';
    detail::put_text(to + 3, detail::month_names.substr((date.month - 1) * 3, 3));
    to[6] = ' ';
    detail::put_digits(to + 7, static_cast<unsigned>(date.year), 4);
    to[11] = ' ';
    detail::put_digits(to + 12, seconds / 3600, 2);
    to[14] = ':';
    detail::put_digits(to + 15, seconds / 60 % 60, 2);
    to[17] = ':';
    detail::put_digits(to + 18, seconds % 60, 2);
    detail::put_text(to + 20, " GMT");
}

/// Any of the three forms a recipient must read; `now` (seconds since 1970) settles the century of the two-digit one.
/// The day of the week is not compared with the date. Nothing when the text is no date.
constexpr std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now = 0) noexcept {
    for (std::string_view name : detail::day_names) {
        detail::date_text rest(text);
        if (rest.starts_with(name) && text.substr(name.size()).starts_with(", ")) {  // Sunday, 06-Nov-94 08:49:37 GMT
            rest.skip(name);
            rest.skip(", ");
            int day = rest.number(2);
            rest.skip("-");
            unsigned month = rest.month();
            rest.skip("-");
            int year = rest.number(2) + 1900;
            rest.skip(" ");
            std::int64_t time = rest.time_of_day();
            rest.skip(" GMT");
            // RFC 9110 5.6.7: a date that seems more than 50 years ahead is the last one with these two digits.
            auto this_year = static_cast<int>(detail::date_of(now / detail::seconds_per_day).year);
            while (year + 100 <= this_year + 50) year += 100;
            return detail::seconds_of(rest, year, month, day, time);
        }
        if (!rest.starts_with(name.substr(0, 3))) continue;
        rest.skip(name.substr(0, 3));
        if (rest.starts_with(", ")) {  // Sun, 06 Nov 1994 08:49:37 GMT
            rest.skip(", ");
            int day = rest.number(2);
            rest.skip(" ");
            unsigned month = rest.month();
            rest.skip(" ");
            int year = rest.number(4);
            rest.skip(" ");
            std::int64_t time = rest.time_of_day();
            rest.skip(" GMT");
            return detail::seconds_of(rest, year, month, day, time);
        }
        rest.skip(" ");  // Sun Nov  6 08:49:37 1994
        unsigned month = rest.month();
        rest.skip(" ");
        bool one_digit = rest.starts_with(" ");
        rest.skip(one_digit ? " " : "");
        int day = rest.number(one_digit ? 1 : 2);
        rest.skip(" ");
        std::int64_t time = rest.time_of_day();
        rest.skip(" ");
        int year = rest.number(4);
        return detail::seconds_of(rest, year, month, day, time);
    }
    return std::nullopt;
}

}  // namespace coracle::http
