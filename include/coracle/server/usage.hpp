// usage: what --help prints: the table of options for people, at most 80 columns wide.
#pragma once

#include <coracle/server/option.hpp>
#include <coracle/server/option_table.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace coracle::server {

namespace detail {
/// `text`, broken at spaces so that no line goes beyond column 80; each line but the first begins at `indent`.
inline void append_folded(std::string& out, std::string_view text, std::size_t indent) {
    constexpr std::size_t width = 80;
    std::size_t column = indent;
    while (!text.empty()) {
        std::size_t space = text.find(' ');
        std::string_view word = text.substr(0, space);
        text.remove_prefix(space == text.npos ? text.size() : space + 1);
        if (column > indent && column + 1 + word.size() > width) {
            out.append("\n").append(indent, ' ');
            column = indent;
        } else if (column > indent) {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    out += '\n';
}
}  // namespace detail

/// in: the path of the program, the title of the app.
inline std::string usage(std::string_view program, std::string_view title) {
    if (std::size_t slash = program.rfind('/'); slash != program.npos) program.remove_prefix(slash + 1);
    std::string out(title);
    out.append(out.empty() ? "" : "\n\n").append("Usage: ").append(program).append(" [OPTIONS]\n\nOptions:\n");
    constexpr std::size_t column = 30;
    for (const option& each : option_table) {
        if (each.help.empty()) continue;
        std::string left = "  --" + std::string(each.name);
        if (!each.value.empty()) left.append(" ").append(each.value);
        if (!each.opposite.empty()) left.append(" / --").append(each.opposite);
        if (left.size() + 2 > column)
            left.append("\n").append(column, ' ');
        else
            left.append(column - left.size(), ' ');
        out += left;
        detail::append_folded(out, each.help, column);
    }
    out += '\n';
    detail::append_folded(out,
                          "Each option but those that print and end can be a variable of the environment: "
                          "CORACLE_LOG_LEVEL for --log-level. An argument has the last word, the program the first.",
                          0);
    return out;
}

}  // namespace coracle::server
