// option: one option of a server's command line and environment, and what all of them together ask for.
#pragma once

#include <coracle/app/process_options.hpp>
#include <coracle/app/run_options.hpp>
#include <coracle/app/server_limits.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/log.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle::server {

/// What --reload is told.
struct reload_options {
    bool on = false;
    std::vector<std::string> dirs{};      ///< empty: where the program was started
    std::vector<std::string> includes{};  ///< globs of file names; empty: sources of C and C++
    std::vector<std::string> excludes{};
    std::string command{};  ///< what builds the program anew; empty: nothing, a new program file is the change
    std::chrono::milliseconds delay{250};
};

/// What a program is asked to do, with what.
struct arguments {
    enum class deed : unsigned char { serve, routes, openapi, ts, version, help };

    deed what = deed::serve;
    run_options options{};
    reload_options reload{};
    process_options processes{.count = 0};  ///< none: it serves in this process
    std::string env_file{};                 ///< of variables that are set before the others are read
    std::string error{};                    ///< why it cannot be done, in a sentence; the exit code is 2 then
};

/// One option: a row of the table.
struct option {
    std::string_view name;      ///< without its dashes
    std::string_view value;     ///< what stands behind it, as --help shows it; empty: a switch
    std::string_view opposite;  ///< of a switch, if it has one
    std::string_view help;
    /// in: the value; of a switch "true" or "false". Gives what would be right, or nothing when it is.
    std::string_view (*apply)(arguments& to, std::string_view value);
    bool in_environment = true;
};

// How a row reads its value. False: it is none.

/// A number of at least `least` and at most `most`.
template <class T>
bool read_number(std::string_view text, T& to, std::uint32_t least = 0,
                 std::uint32_t most = std::numeric_limits<int>::max()) {
    auto number = ascii::parse_decimal<std::uint32_t>(text);
    if (!number || *number < least || *number > most) return false;
    to = static_cast<T>(*number);
    return true;
}
/// Seconds, with a fraction perhaps: `0.25`.
inline bool read_seconds(std::string_view text, std::chrono::milliseconds& to) {
    std::size_t point = text.find('.');
    auto whole = ascii::parse_decimal<std::uint32_t>(text.substr(0, point));
    if (!whole) return false;
    std::uint32_t thousandths = 0;
    if (point != text.npos) {
        for (std::uint32_t unit = 100; char c : text.substr(point + 1)) {
            if (!ascii::is_digit(c)) return false;
            thousandths += static_cast<std::uint32_t>(c - '0') * unit;
            unit /= 10;
        }
    }
    to = std::chrono::milliseconds(std::int64_t{*whole} * 1000 + thousandths);
    return true;
}
/// "true" or "false", however it is written.
inline std::optional<std::string_view> truth(std::string_view text) {
    for (std::string_view yes : {"1", "true", "yes", "on"})
        if (ascii::iequals(text, yes)) return "true";
    for (std::string_view no : {"0", "false", "no", "off"})
        if (ascii::iequals(text, no)) return "false";
    return std::nullopt;
}
/// The name of a level.
inline bool read_level(std::string_view text, log_level& to) {
    for (unsigned n = 0; n <= static_cast<unsigned>(log_level::critical); ++n) {
        auto level = static_cast<log_level>(n);
        if (!ascii::iequals(text, name_of(level))) continue;
        to = level;
        return true;
    }
    return false;
}
/// Texts between commas.
inline void read_list(std::string_view text, std::vector<std::string>& to) {
    while (!text.empty()) {
        std::size_t comma = text.find(',');
        if (comma != 0) to.emplace_back(text.substr(0, comma));
        text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
    }
}
/// Bytes, in a larger unit perhaps: `16384`, `16k`, `10M`, `1G`.
inline bool read_size(std::string_view text, std::uint64_t& to) {
    unsigned shift = 0;
    if (!text.empty() && !ascii::is_digit(text.back())) {
        std::size_t unit = std::string_view("kmg").find(ascii::to_lower(text.back()));
        if (unit == std::string_view::npos) return false;
        shift = static_cast<unsigned>(unit + 1) * 10;
        text.remove_suffix(1);
    }
    auto number = ascii::parse_decimal<std::uint32_t>(text);
    if (number) to = std::uint64_t{*number} << shift;
    return number.has_value();
}
// Each is an option's apply() for one of the limits.
template <auto Limit>
std::string_view bytes_limit(arguments& to, std::string_view value) {
    std::uint64_t bytes = 0;
    bool good = read_size(value, bytes);
    using number = std::remove_reference_t<decltype(to.options.limits.*Limit)>;
    if (good) to.options.limits.*Limit = static_cast<number>(bytes);
    return good && std::cmp_equal(to.options.limits.*Limit, bytes) ? "" : "bytes, as 16384, 16k or 10M";
}
template <auto Limit>
std::string_view count_limit(arguments& to, std::string_view value) {
    return read_number(value, to.options.limits.*Limit) ? "" : "a number, or 0 for no bound";
}
template <auto Limit>
std::string_view time_limit(arguments& to, std::string_view value) {
    return read_seconds(value, to.options.limits.*Limit) ? "" : "seconds, as 5 or 0.5";
}
// Each is the apply() of a switch.
template <auto Member>
std::string_view run_switch(arguments& to, std::string_view value) {
    to.options.*Member = value == "true";
    return "";
}
template <auto Member>
std::string_view proxy_switch(arguments& to, std::string_view value) {
    to.options.proxy.*Member = value == "true";
    return "";
}
template <arguments::deed Deed>
std::string_view does(arguments& to, std::string_view) {
    to.what = Deed;
    return "";
}
/// The row of an option that uvicorn has and coracle will.
inline std::string_view not_yet(arguments&, std::string_view) { return "not there yet"; }

}  // namespace coracle::server
