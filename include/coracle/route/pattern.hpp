// pattern: a route's text, read and checked. The same parser runs in the compiler and, for texts made at run time, at
// registration; either way each mistake has its sentence.
// `{name}` and `{name:convertor}` as in Starlette, `{?a,b=1}` as RFC 6570 3.2.8 with defaults added.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/route/convertor.hpp>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coracle::route {

/// A route that was written wrongly. Thrown at registration; in a literal the compiler stops at the same sentence.
class pattern_error : public std::logic_error {
public:
    pattern_error(std::string_view route, std::string_view sentence)
        : std::logic_error("coracle: the route '" + shown(route) + "' is wrong: " + std::string(sentence)) {}

private:
    static std::string shown(std::string_view route) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        std::string out;
        for (char c : route) {
            auto byte = static_cast<unsigned char>(c);
            if (byte >= 0x20 && byte != 0x7F)
                out += c;
            else
                out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
        }
        return out;
    }
};

/// One part of the path between slashes: literal text as it was written (escapes not yet decoded), or a placeholder.
struct pattern_segment {
    std::string_view text{};  ///< the literal, or the placeholder's name
    bool is_placeholder = false;
    convertor kind = convertor::text;
};

/// One name of the `{?...}` part.
struct pattern_query {
    std::string_view name{};
    std::string_view default_text{};
    bool has_default = false;
};

/// A route, taken apart. Keeps: views into the text it was made from.
struct pattern {
    static constexpr std::size_t max_segments = 32;
    static constexpr std::size_t max_parameters = 16;

    std::string_view text{};
    std::array<pattern_segment, max_segments> segments{};
    std::size_t segment_count = 0;
    std::size_t placeholder_count = 0;
    std::array<pattern_query, max_parameters> queries{};
    std::size_t query_count = 0;

    constexpr pattern() = default;
    /// Error: pattern_error with a sentence; in a constant expression that sentence is what the compiler shows.
    constexpr explicit pattern(std::string_view route) : text(route) {
        read();
        check_names();
    }
    /// A route that stands behind a router's prefix, and so may have no path of its own: `` or `{?skip=0}`.
    static constexpr pattern behind_prefix(std::string_view route) {
        if (!route.empty() && !route.starts_with("{?")) return pattern(route);
        pattern made;
        made.text = route;
        if (!route.empty()) made.read_queries(0);
        made.check_names();
        return made;
    }

    constexpr std::size_t parameter_count() const noexcept { return placeholder_count + query_count; }

    /// Name of the n-th parameter: the placeholders first, then the query names, each from left to right.
    constexpr std::string_view parameter_name(std::size_t n) const noexcept {
        if (n >= placeholder_count) return queries[n - placeholder_count].name;
        for (const pattern_segment& segment : segments)
            if (segment.is_placeholder && n-- == 0) return segment.text;
        return {};
    }

private:
    // The sentences stand inside the throw expressions because compilers show that line, and nothing else of it.
    // clang-format off
    constexpr void read() {
        if (text.empty() || text[0] != '/')
            throw pattern_error(text, "a route starts with '/'");
        std::size_t at = 1;
        for (;;) {
            if (segment_count == max_segments)
                throw pattern_error(text, "a route has at most 32 segments");
            std::size_t start = at;
            while (at < text.size() && text[at] != '/' && text[at] != '{') check_literal(at++);
            bool placeholder = at < text.size() && text[at] == '{' && text.substr(at, 2) != "{?";
            if (placeholder && at != start)
                throw pattern_error(text, "a placeholder fills a whole segment: write '/{name}'");
            if (placeholder) at = read_placeholder(at);
            else segments[segment_count++] = {text.substr(start, at - start), false, convertor::text};

            if (at == text.size()) return;
            if (text[at] == '{' && text.substr(at, 2) == "{?") return read_queries(at);
            if (text[at] != '/')
                throw pattern_error(text, "a placeholder fills a whole segment: a slash or the end follows it");
            if (placeholder && segments[segment_count - 1].kind == convertor::rest)
                throw pattern_error(text, "{name:path} takes the rest of the path, so it comes last");
            ++at;
        }
    }

    constexpr void check_literal(std::size_t at) const {
        char c = text[at];
        if (c == '}')
            throw pattern_error(text, "a closing brace has no opening brace before it");
        if (c == '?')
            throw pattern_error(text, "'?' is no part of a path; query names are written {?name,other=default}");
        if (c == '#')
            throw pattern_error(text, "'#' is no part of a path; browsers never send what follows it");
        if (c == ' ')
            throw pattern_error(text, "a space in a path is written %20");
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            throw pattern_error(text, "a control character cannot stand in a path");
        if (c != '%') return;
        if (text.size() - at < 3 || ascii::hex_value(text[at + 1]) < 0 || ascii::hex_value(text[at + 2]) < 0)
            throw pattern_error(text, "'%' needs two hexadecimal digits after it; the percent sign itself is %25");
        if (text.substr(at + 1, 2) == "00")
            throw pattern_error(text, "%00 cannot stand in a path");
    }

    constexpr std::size_t closing_brace(std::size_t open) const {
        std::size_t close = text.find('}', open);
        if (close == text.npos || text.substr(open + 1, close - open - 1).find('{') != text.npos)
            throw pattern_error(text, "an opening brace is never closed");
        return close;
    }

    constexpr std::size_t read_placeholder(std::size_t open) {
        std::size_t close = closing_brace(open);
        std::string_view name = text.substr(open + 1, close - open - 1);
        convertor kind = convertor::text;
        if (std::size_t colon = name.find(':'); colon != std::string_view::npos) {
            auto named = convertor_named(name.substr(colon + 1));
            if (!named)
                throw pattern_error(text, "unknown convertor; there are {name:str}, :int, :float, :uuid and :path");
            kind = *named;
            name = name.substr(0, colon);
        }
        check_name(name);
        if (parameter_count() == max_parameters)
            throw pattern_error(text, "a route has at most 16 parameters");
        segments[segment_count++] = {name, true, kind};
        ++placeholder_count;
        return close + 1;
    }

    constexpr void read_queries(std::size_t open) {
        std::size_t close = closing_brace(open);
        if (close + 1 != text.size())
            throw pattern_error(text, "the {?query} part comes last");
        std::string_view list = text.substr(open + 2, close - open - 2);
        for (bool more = true; more;) {
            std::size_t comma = list.find(',');
            std::string_view one = list.substr(0, comma);
            more = comma != std::string_view::npos;
            if (more) list.remove_prefix(comma + 1);

            std::size_t equals = one.find('=');
            pattern_query query{one.substr(0, equals), {}, equals != std::string_view::npos};
            if (query.has_default) query.default_text = one.substr(equals + 1);
            check_name(query.name);
            if (parameter_count() == max_parameters)
                throw pattern_error(text, "a route has at most 16 parameters");
            queries[query_count++] = query;
        }
    }

    constexpr void check_name(std::string_view name) const {
        if (name.empty())
            throw pattern_error(text, "a parameter needs a name: '{id}' in the path, '{?limit}' for the query");
        for (char c : name)
            if (!ascii::is_alpha(c) && !ascii::is_digit(c) && c != '_')
                throw pattern_error(text, "a parameter's name is made of letters, digits and '_'");
        if (ascii::is_digit(name[0]))
            throw pattern_error(text, "a parameter's name does not start with a digit");
    }

    constexpr void check_names() const {
        for (std::size_t i = 0; i < parameter_count(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (parameter_name(i) == parameter_name(j))
                    throw pattern_error(text, "two parameters have the same name");
    }
    // clang-format on
};

}  // namespace coracle::route
