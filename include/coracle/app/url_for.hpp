// url_for: a route's pattern with values in the places of its placeholders: the way back from a route to its path.
#pragma once

#include <coracle/http/percent.hpp>
#include <coracle/json/convert.hpp>
#include <coracle/json/value.hpp>
#include <coracle/json/write.hpp>
#include <coracle/route/convertor.hpp>
#include <coracle/route/pattern.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coracle {

/// A value as it stands in a path before it is percent-encoded: a text as it is, anything else as its JSON.
template <class T>
std::string route_value(const T& value) {
    if constexpr (std::convertible_to<const T&, std::string_view>) {
        return std::string(std::string_view(value));
    } else {
        json made(value);
        return made.is_string() ? made.as_string() : made.dump();
    }
}

/// The path that `pattern` takes with these values, in order. error: std::out_of_range for the wrong number of values,
/// or one that its placeholder does not take.
[[gnu::cold]] inline std::string path_of(const route::pattern& pattern, std::span<const std::string> values) {
    auto wrong = [&](const std::string& why) {
        throw std::out_of_range("coracle: no URL for the route '" + std::string(pattern.text) + "': " + why);
    };
    if (values.size() != pattern.placeholder_count)
        wrong("it has " + std::to_string(pattern.placeholder_count) + " placeholders, and " +
              std::to_string(values.size()) + " values were given");
    std::string path;
    std::size_t n = 0;
    for (std::size_t i = 0; i < pattern.segment_count; ++i) {
        const route::pattern_segment& segment = pattern.segments[i];
        path += '/';
        if (!segment.is_placeholder) {
            path += segment.text;
            continue;
        }
        const std::string& value = values[n++];
        if (!route::takes(segment.kind, value))
            wrong("'" + value + "' is nothing that {" + std::string(segment.text) + "} takes");
        http::encode_percent(value, path, segment.kind == route::convertor::rest ? "/:@!$&'()*+,;=" : ":@!$&'()*+,;=");
    }
    return path;
}

}  // namespace coracle
