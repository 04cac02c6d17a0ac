// pattern: a route's text, read and checked. The same parser runs in the compiler and, for texts made at run time, at
// registration; either way each mistake has its sentence.
// `{name}` and `{name:convertor}` as in Starlette, `{?a,b=1}` as RFC 6570 3.2.8 with defaults added.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/route/convertor.hpp>
#include <coracle/route/pattern_mistake.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace coracle::route {

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

    pattern_mistake mistake = pattern_mistake::none;  ///< of one that read() made

    constexpr pattern() = default;
    /// Error: pattern_error with a sentence.
    constexpr explicit pattern(std::string_view route) {
        *this = read(route, false);
        tell_mistake(text, mistake);
    }
    /// A route that stands behind a router's prefix, and so may have no path of its own: `` or `{?skip=0}`.
    static constexpr pattern behind_prefix(std::string_view route) {
        pattern made = read(route, true);
        tell_mistake(made.text, made.mistake);
        return made;
    }
    /// The same, with the first mistake in `mistake`: in the compiler, whoever asks tells it, for it shows every call
    /// on the way to the sentence.
    static constexpr pattern read(std::string_view route, bool behind_prefix) {
        pattern made;
        made.text = route;
        made.mistake = behind_prefix && (route.empty() || route.starts_with("{?"))
                           ? route.empty() ? pattern_mistake::none : made.read_queries(0)
                           : made.read_path();
        if (made.mistake == pattern_mistake::none) made.mistake = made.check_names();
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
    using wrong = pattern_mistake;

    constexpr wrong read_path() {
        if (text.empty() || text[0] != '/') return wrong::no_slash;
        std::size_t at = 1;
        for (;;) {
            if (segment_count == max_segments) return wrong::too_many_segments;
            std::size_t start = at;
            for (; at < text.size() && text[at] != '/' && text[at] != '{'; ++at)
                if (wrong found = check_literal(at); found != wrong::none) return found;
            bool placeholder = at < text.size() && text[at] == '{' && text.substr(at, 2) != "{?";
            if (placeholder && at != start) return wrong::text_before_placeholder;
            if (placeholder) {
                if (wrong found = read_placeholder(at); found != wrong::none) return found;
                at = text.find('}', at) + 1;
            } else {
                segments[segment_count++] = {text.substr(start, at - start), false, convertor::text};
            }
            if (at == text.size()) return wrong::none;
            if (text[at] == '{' && text.substr(at, 2) == "{?") return read_queries(at);
            if (text[at] != '/') return wrong::text_behind_placeholder;
            if (placeholder && segments[segment_count - 1].kind == convertor::rest) return wrong::rest_not_last;
            ++at;
        }
    }

    constexpr wrong check_literal(std::size_t at) const {
        char c = text[at];
        if (c == '}') return wrong::stray_brace;
        if (c == '?') return wrong::question_mark;
        if (c == '#') return wrong::fragment;
        if (c == ' ') return wrong::space;
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return wrong::control_character;
        if (c != '%') return wrong::none;
        if (text.size() - at < 3 || ascii::hex_value(text[at + 1]) < 0 || ascii::hex_value(text[at + 2]) < 0)
            return wrong::bad_escape;
        return text.substr(at + 1, 2) == "00" ? wrong::nul : wrong::none;
    }

    /// The end of what was opened; npos when there is none.
    constexpr std::size_t closing_brace(std::size_t open) const {
        std::size_t close = text.find('}', open);
        if (close == text.npos || text.substr(open + 1, close - open - 1).find('{') != text.npos) return text.npos;
        return close;
    }

    constexpr wrong read_placeholder(std::size_t open) {
        std::size_t close = closing_brace(open);
        if (close == text.npos) return wrong::unclosed_brace;
        std::string_view name = text.substr(open + 1, close - open - 1);
        convertor kind = convertor::text;
        if (std::size_t colon = name.find(':'); colon != std::string_view::npos) {
            auto named = convertor_named(name.substr(colon + 1));
            if (!named) return wrong::unknown_convertor;
            kind = *named;
            name = name.substr(0, colon);
        }
        if (wrong found = check_name(name); found != wrong::none) return found;
        if (parameter_count() == max_parameters) return wrong::too_many_parameters;
        segments[segment_count++] = {name, true, kind};
        ++placeholder_count;
        return wrong::none;
    }

    constexpr wrong read_queries(std::size_t open) {
        std::size_t close = closing_brace(open);
        if (close == text.npos) return wrong::unclosed_brace;
        if (close + 1 != text.size()) return wrong::query_not_last;
        std::string_view list = text.substr(open + 2, close - open - 2);
        for (bool more = true; more;) {
            std::size_t comma = list.find(',');
            std::string_view one = list.substr(0, comma);
            more = comma != std::string_view::npos;
            if (more) list.remove_prefix(comma + 1);

            std::size_t equals = one.find('=');
            pattern_query query{one.substr(0, equals), {}, equals != std::string_view::npos};
            if (query.has_default) query.default_text = one.substr(equals + 1);
            if (wrong found = check_name(query.name); found != wrong::none) return found;
            if (parameter_count() == max_parameters) return wrong::too_many_parameters;
            queries[query_count++] = query;
        }
        return wrong::none;
    }

    static constexpr wrong check_name(std::string_view name) {
        if (name.empty()) return wrong::no_name;
        for (char c : name)
            if (!ascii::is_alpha(c) && !ascii::is_digit(c) && c != '_') return wrong::bad_name;
        return ascii::is_digit(name[0]) ? wrong::digit_first : wrong::none;
    }

    constexpr wrong check_names() const {
        for (std::size_t i = 0; i < parameter_count(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (parameter_name(i) == parameter_name(j)) return wrong::same_name;
        return wrong::none;
    }
};

}  // namespace coracle::route
