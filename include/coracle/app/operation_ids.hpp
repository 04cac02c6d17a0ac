// operation_ids: what each operation is called by programs: unique, readable, and the same as long as the route is.
// OpenAPI 3.1.0, 4.8.10 (operationId). FastAPI appends the path to the function's name, which nobody likes.
#pragma once

#include <coracle/app/app_route.hpp>
#include <coracle/app/route_options.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/route/pattern.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// The path of a route as the document has it: "/files/{name}" for "/files/{name:path}{?all}".
[[gnu::cold]] inline std::string path_template(const route::pattern& pattern) {
    std::string path;
    for (std::size_t i = 0; i < pattern.segment_count; ++i) {
        const route::pattern_segment& segment = pattern.segments[i];
        path += '/';
        if (segment.is_placeholder) path += '{';
        path.append(segment.text);
        if (segment.is_placeholder) path += '}';
    }
    return path;
}

namespace detail {

/// Letters, digits, and one '_' for whatever stands between.
[[gnu::cold]] inline std::string words_of(std::string_view text) {
    std::string words;
    for (char c : text) {
        if (ascii::is_alpha(c) || ascii::is_digit(c))
            words += c;
        else if (!words.empty() && words.back() != '_')
            words += '_';
    }
    if (words.ends_with('_')) words.pop_back();
    return words;
}
[[gnu::cold]] inline std::string lower(std::string_view text) {
    std::string made(text);
    for (char& c : made) c = ascii::to_lower(c);
    return made;
}

}  // namespace detail

/// The ids of all operations of an app, by route and method in their order; empty for what the document has not.
/// `get_items_id` for GET /items/{id}, or the route's name, or what its options say.
/// error: std::logic_error when two routes say the same.
[[gnu::cold]] inline std::vector<std::string> operation_ids(std::span<const std::unique_ptr<app_route>> routes) {
    std::vector<std::string> ids;
    auto known = [&ids](std::string_view id) {
        for (const std::string& each : ids)
            if (each == id) return true;
        return false;
    };
    // What was said goes first, so that what is made here gives way to it wherever it stands.
    for (bool said : {true, false}) {
        std::size_t at = 0;
        for (const auto& each : routes) {
            const route_options& options = each->options();
            for (const std::string& method : each->methods()) {
                std::size_t mine = at++;
                if (ids.size() <= mine) ids.emplace_back();
                if (!options.include_in_schema || options.operation_id.empty() == said) continue;
                std::string id = options.operation_id.empty() ? detail::words_of(options.name) : options.operation_id;
                if (!id.empty() && each->methods().size() > 1) id.append("_").append(detail::lower(method));
                if (said && known(id)) {
                    std::string why = "coracle: two routes have the operation id '";
                    why.append(id).append("', the second is ").append(method).append(" ").append(each->text());
                    throw std::logic_error(why.append("; say another in its .operation_id"));
                }
                if (id.empty() || known(id)) {
                    std::string path = detail::words_of(path_template(each->pattern()));
                    id = detail::lower(method) + "_" + (path.empty() ? "root" : path);
                }
                std::string plain = id;
                for (int count = 2; known(id); ++count) id = plain + "_" + std::to_string(count);
                ids[mine] = std::move(id);
            }
        }
    }
    return ids;
}

}  // namespace coracle
