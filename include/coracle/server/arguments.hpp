// arguments: what the command line and the environment of a server say, read by the table of options.
#pragma once

#include <coracle/app/run_options.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/server/option.hpp>
#include <coracle/server/option_table.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::server {

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

/// in: `find` gives the value of a variable, or null.
template <class Find>
void read_environment(Find find, arguments& to) {
    for (const option& each : option_table) {
        // What platforms set for every program is the weakest.
        const char* usual = each.name == "workers"               ? "WEB_CONCURRENCY"
                            : each.name == "forwarded-allow-ips" ? "FORWARDED_ALLOW_IPS"
                                                                 : nullptr;
        const char* set = usual ? find(usual) : nullptr;
        if (set && *set && !apply(each, usual, set, to)) return;
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
    said.processes = all.processes;
    said.env_file = all.env_file;
    said.reload.dirs.clear();
    said.reload.includes.clear();
    said.reload.excludes.clear();
    detail::read_words(words, said);
    if (said.reload.dirs.empty()) said.reload.dirs = std::move(all.reload.dirs);
    if (said.reload.includes.empty()) said.reload.includes = std::move(all.reload.includes);
    if (said.reload.excludes.empty()) said.reload.excludes = std::move(all.reload.excludes);
    if (said.error.empty() && said.what == arguments::deed::serve) said.error = std::move(all.error);
    // As uvicorn: a proxy on this machine is believed unless somebody says whom to believe.
    if (said.options.proxy.trusted.empty()) said.options.proxy.trusted = {"127.0.0.1", "::1", "unix"};
    return said;
}

}  // namespace coracle::server
