// routes_table: what --routes prints: every route of an app, one in a line, in the order in which they are tried.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::server {

/// A route as the table has it.
struct route_row {
    std::string methods;
    std::string path;
    std::string name{};
    std::string status{};
    std::string tags{};
};

/// Columns as wide as they need to be, without trailing spaces.
inline std::string routes_table(const std::vector<route_row>& rows) {
    std::vector<const std::string route_row::*> columns{&route_row::methods, &route_row::path, &route_row::name,
                                                        &route_row::status, &route_row::tags};
    const route_row head{"METHOD", "PATH", "NAME", "STATUS", "TAGS"};
    std::vector<std::size_t> widths;
    for (auto column : columns) {
        std::size_t width = 0;
        bool used = false;
        for (const route_row& each : rows) {
            width = (each.*column).size() > width ? (each.*column).size() : width;
            used = used || !(each.*column).empty();
        }
        std::size_t least = (head.*column).size();
        widths.push_back(!used && !rows.empty() ? 0 : width > least ? width : least);
    }
    std::string out;
    auto line = [&](const route_row& row) {
        std::size_t begin = out.size();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (widths[i] == 0) continue;
            const std::string& text = row.*columns[i];
            out.append(text).append(widths[i] - text.size() + 2, ' ');
        }
        while (out.size() > begin && out.back() == ' ') out.pop_back();
        out += '\n';
    };
    line(head);
    for (const route_row& each : rows) line(each);
    return out;
}

}  // namespace coracle::server
