// arguments: what the command line and the environment of a server say, read by the table of options.
// The words and their meaning are uvicorn's.
#pragma once

#include <coracle/app/run_options.hpp>
#include <coracle/base/ascii.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
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
    std::string error{};  ///< why it cannot be done, in a sentence; the exit code is 2 then
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

namespace detail {

/// A number of at least `least` and at most `most`, or false.
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
        std::string digits(text.substr(point + 1));
        digits.resize(3, '0');
        auto part = ascii::parse_decimal<std::uint32_t>(digits);
        if (!part) return false;
        thousandths = *part;
    }
    to = std::chrono::milliseconds(std::int64_t{*whole} * 1000 + thousandths);
    return true;
}
/// Texts between commas.
inline void read_list(std::string_view text, std::vector<std::string>& to) {
    while (!text.empty()) {
        std::size_t comma = text.find(',');
        if (comma != 0) to.emplace_back(text.substr(0, comma));
        text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
    }
}
inline std::string_view not_yet(arguments&, std::string_view) { return "not there yet"; }

}  // namespace detail

/// Every option there is. `not_yet`: uvicorn has it and coracle will; asking for it is refused and not ignored.
inline constexpr option option_table[] = {
    {"host",
     "TEXT",
     {},
     "Listen on this address. 127.0.0.1 unless said otherwise; 0.0.0.0 for all.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.options.host = value;
         return value.empty() ? "an address such as 127.0.0.1, ::1 or 0.0.0.0" : "";
     }},
    {"port",
     "NUMBER",
     {},
     "Listen on this port; 0 takes a free one. 8000 unless said otherwise.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return detail::read_number(value, to.options.port, 0, 65535) ? "" : "a number from 0 to 65535";
     }},
    {"uds",
     "PATH",
     {},
     "Listen on a unix socket in the place of host and port.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.options.host = "unix:" + std::string(value);
         return value.empty() ? "the path of a socket, as /run/app.sock" : "";
     }},
    {"fd",
     "NUMBER",
     {},
     "Serve a socket that listens already and was inherited.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return detail::read_number(value, to.options.fd) ? "" : "the number of an open descriptor";
     }},
    {"workers",
     "NUMBER",
     {},
     "Loops, each on a thread of its own. 1 unless WEB_CONCURRENCY says otherwise.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return detail::read_number(value, to.options.workers, 1, 1024) ? "" : "a number from 1 to 1024";
     }},
    {"threads",
     "NUMBER",
     {},
     "Threads for plain functions; 0 takes as many as suit the machine.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return detail::read_number(value, to.options.threads, 0, 4096) ? "" : "a number from 0 to 4096";
     }},
    {"log-level",
     "LEVEL",
     {},
     "critical, error, warning, info, debug or trace. Below info tells less: no requests.",
     [](arguments& to, std::string_view value) -> std::string_view {
         for (std::string_view quiet : {"critical", "error", "warning"})
             if (value == quiet) to.options.access_log = to.options.banner = false;
         for (std::string_view known : {"critical", "error", "warning", "info", "debug", "trace"})
             if (value == known) return "";
         return "critical, error, warning, info, debug or trace";
     }},
    {"access-log",
     {},
     "no-access-log",
     "Print a line for each request, or none.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.options.access_log = value == "true";
         return "";
     }},
    {"server-header",
     {},
     "no-server-header",
     "Say `server: coracle` in answers, or do not.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.options.server_header = value == "true";
         return "";
     }},
    {"backlog",
     "NUMBER",
     {},
     "Connections that may wait to be accepted. 2048 unless said otherwise.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return detail::read_number(value, to.options.backlog, 1) ? "" : "a number from 1";
     }},
    {"timeout-keep-alive",
     "SECONDS",
     {},
     "How long a connection may wait between requests. 5.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return detail::read_seconds(value, to.options.keep_alive) ? "" : "seconds, as 5 or 0.5";
     }},
    {"timeout-graceful-shutdown",
     "SECONDS",
     {},
     "How long requests under way may take when it stops. 10.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return detail::read_seconds(value, to.options.grace) ? "" : "seconds, as 10";
     }},
    {"reload",
     {},
     "no-reload",
     "Build and restart when a source changes. For developing.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.reload.on = value == "true";
         return "";
     }},
    {"reload-command",
     "COMMAND",
     {},
     "What builds the program anew, as 'ninja -C build'. Run by /bin/sh.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.reload.command = value;
         return "";
     }},
    {"reload-dir",
     "PATH",
     {},
     "Where the sources are; may be repeated. The current directory.",
     [](arguments& to, std::string_view value) -> std::string_view {
         detail::read_list(value, to.reload.dirs);
         return value.empty() ? "a directory" : "";
     }},
    {"reload-include",
     "GLOB",
     {},
     "Names that count, as '*.html'; may be repeated. C and C++ sources.",
     [](arguments& to, std::string_view value) -> std::string_view {
         detail::read_list(value, to.reload.includes);
         return "";
     }},
    {"reload-exclude",
     "GLOB",
     {},
     "Names that do not count, of directories too; may be repeated.",
     [](arguments& to, std::string_view value) -> std::string_view {
         detail::read_list(value, to.reload.excludes);
         return "";
     }},
    {"reload-delay",
     "SECONDS",
     {},
     "How long it must be quiet after a change. 0.25.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return detail::read_seconds(value, to.reload.delay) ? "" : "seconds, as 0.25";
     }},
    {"routes",
     {},
     {},
     "Print the routes and end.",
     [](arguments& to, std::string_view) -> std::string_view {
         to.what = arguments::deed::routes;
         return "";
     },
     false},
    {"openapi",
     {},
     {},
     "Print the OpenAPI document and end.",
     [](arguments& to, std::string_view) -> std::string_view {
         to.what = arguments::deed::openapi;
         return "";
     },
     false},
    {"ts",
     {},
     {},
     "Print a TypeScript client and end.",
     [](arguments& to, std::string_view) -> std::string_view {
         to.what = arguments::deed::ts;
         return "";
     },
     false},
    {"version",
     {},
     {},
     "Print the version and end.",
     [](arguments& to, std::string_view) -> std::string_view {
         to.what = arguments::deed::version;
         return "";
     },
     false},
    {"help",
     {},
     {},
     "Print this and end.",
     [](arguments& to, std::string_view) -> std::string_view {
         to.what = arguments::deed::help;
         return "";
     },
     false},
    {"root-path", "PATH", {}, {}, detail::not_yet},
    {"proxy-headers",
     {},
     "no-proxy-headers",
     {},
     [](arguments& to, std::string_view value) { return value == "true" ? detail::not_yet(to, value) : ""; }},
    {"forwarded-allow-ips", "LIST", {}, {}, detail::not_yet},
    {"header", "NAME:VALUE", {}, {}, detail::not_yet},
    {"date-header",
     {},
     "no-date-header",
     {},
     [](arguments& to, std::string_view value) { return value == "true" ? "" : detail::not_yet(to, value); }},
    {"use-colors",
     {},
     "no-use-colors",
     {},
     [](arguments& to, std::string_view value) { return value == "true" ? detail::not_yet(to, value) : ""; }},
    {"limit-concurrency", "NUMBER", {}, {}, detail::not_yet},
    {"limit-max-requests", "NUMBER", {}, {}, detail::not_yet},
    {"log-config", "PATH", {}, {}, detail::not_yet},
    {"env-file", "PATH", {}, {}, detail::not_yet},
    {"ssl-keyfile", "PATH", {}, {}, detail::not_yet},
    {"ssl-certfile", "PATH", {}, {}, detail::not_yet},
    {"ws-max-size", "NUMBER", {}, {}, detail::not_yet},
    {"ws-ping-interval", "SECONDS", {}, {}, detail::not_yet},
    {"ws-ping-timeout", "SECONDS", {}, {}, detail::not_yet},
};

/// The variable that says what an option is when the command line does not: CORACLE_LOG_LEVEL for --log-level.
inline std::string variable_of(const option& one) {
    std::string name = "CORACLE_";
    for (char c : one.name) name += c == '-' ? '_' : ascii::is_lower(c) ? static_cast<char>(c - 0x20) : c;
    return name;
}

namespace detail {

/// How many letters have to be put in, taken out, or changed, for one to be the other.
inline std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t best = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b.size()];
}

inline std::string unknown_option(std::string_view name) {
    std::string_view nearest;
    std::size_t least = name.size() / 3 + 2;  // further off is no slip of the finger
    for (const option& each : option_table)
        for (std::string_view known : {each.name, each.opposite}) {
            bool begins = name.size() >= 3 && known.starts_with(name);
            std::size_t off = begins ? 1 : distance(name, known);
            if (known.empty() || off >= least) continue;
            least = off;
            nearest = known;
        }
    std::string said = "there is no option --" + std::string(name);
    if (!nearest.empty()) said.append("; did you mean --").append(nearest).append("?");
    return said + (nearest.empty() ? "; --help lists those that there are" : "");
}

/// Applies `value`, as `said` ("--port", "CORACLE_PORT") has it. False when that is an error.
inline bool apply(const option& one, std::string_view said, std::string_view value, arguments& to) {
    std::string_view right = one.apply(to, value);
    if (right.empty()) return true;
    if (right == not_yet(to, value))
        to.error = std::string(said) + " is an option of uvicorn that coracle does not have yet; leave it out";
    else
        to.error = std::string(said) + " must be " + std::string(right) + ", not '" + std::string(value) + "'";
    return false;
}

inline std::optional<std::string_view> truth(std::string_view text) {
    for (std::string_view yes : {"1", "true", "yes", "on"})
        if (ascii::iequals(text, yes)) return "true";
    for (std::string_view no : {"0", "false", "no", "off"})
        if (ascii::iequals(text, no)) return "false";
    return std::nullopt;
}

/// in: `find` gives the value of a variable, or null.
template <class Find>
void read_environment(Find find, arguments& to) {
    // What platforms set for every program is the weakest.
    const char* concurrency = find("WEB_CONCURRENCY");
    for (const option& each : option_table) {
        if (each.name == "workers" && concurrency && *concurrency && !apply(each, "WEB_CONCURRENCY", concurrency, to))
            return;
        std::string variable = each.in_environment ? variable_of(each) : std::string();
        const char* text = variable.empty() ? nullptr : find(variable.c_str());
        if (!text || !*text) continue;
        std::optional<std::string_view> value = each.value.empty() ? truth(text) : std::string_view(text);
        if (!value) to.error = variable + " must be true or false, not '" + text + "'";
        if (!value || !apply(each, variable, *value, to)) return;
    }
}

inline void read_words(const std::vector<std::string_view>& words, arguments& to) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        std::string_view word = words[at];
        if (!word.starts_with("--") || word.size() == 2) {
            to.error =
                word == "-h" ? "" : "'" + std::string(word) + "' is no option; options begin with --, see --help";
            if (word == "-h") to.what = arguments::deed::help;
            if (word == "-h") continue;
            return;
        }
        std::size_t equals = word.find('=');
        std::string_view name = word.substr(2, equals == word.npos ? equals : equals - 2);
        std::string said = "--" + std::string(name);
        const option* found = nullptr;
        for (const option& each : option_table)
            if (!name.empty() && (each.name == name || each.opposite == name)) found = &each;
        if (!found) {
            to.error = unknown_option(name);
            return;
        }
        std::string_view value = found->name == name ? "true" : "false";
        if (found->value.empty() && equals != word.npos) {
            to.error = said + " is a switch and takes no value";
            return;
        }
        if (!found->value.empty() && equals != word.npos) {
            value = word.substr(equals + 1);
        } else if (!found->value.empty()) {
            ++at;
            if (at == words.size() || words[at].starts_with("--")) {
                to.error = said;
                to.error.append(" needs a value behind it: ").append(said).append(" ").append(found->value);
                return;
            }
            value = words[at];
        }
        if (!apply(*found, said, value, to)) return;
    }
}

}  // namespace detail

/// What is asked for: arguments before the environment, the environment before `defaults`. in: the words behind the
/// program's name; `find` gives the value of a variable of the environment, or null.
template <class Find>
arguments read_arguments(const std::vector<std::string_view>& words, Find find, const run_options& defaults) {
    arguments all;
    all.options = defaults;
    detail::read_environment(find, all);
    // Lists of the environment are not added to, and what it says wrong is not wrong when an argument says it right.
    arguments said;
    said.options = all.options;
    said.reload = all.reload;
    said.reload.dirs.clear();
    said.reload.includes.clear();
    said.reload.excludes.clear();
    detail::read_words(words, said);
    if (said.reload.dirs.empty()) said.reload.dirs = std::move(all.reload.dirs);
    if (said.reload.includes.empty()) said.reload.includes = std::move(all.reload.includes);
    if (said.reload.excludes.empty()) said.reload.excludes = std::move(all.reload.excludes);
    if (said.error.empty() && said.what == arguments::deed::serve) said.error = std::move(all.error);
    return said;
}

}  // namespace coracle::server
