// entity_tag: which of its states a resource is in, as an opaque text. RFC 9110 8.8.3.
#pragma once

#include <coracle/base/ascii.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::http {

/// `"v1"` or `W/"v1"`. keeps: a view of the quoted text.
struct entity_tag {
    std::string_view quoted{};  ///< with its quotes
    bool weak = false;
};

/// RFC 9110 8.8.3.2: the strong comparison says byte for byte the same, the weak one as good as the same.
constexpr bool same_strongly(const entity_tag& a, const entity_tag& b) noexcept {
    return !a.weak && !b.weak && a.quoted == b.quoted;
}
constexpr bool same_weakly(const entity_tag& a, const entity_tag& b) noexcept { return a.quoted == b.quoted; }

namespace detail {
/// Takes the tag at the front of `text` away.
constexpr std::optional<entity_tag> take_entity_tag(std::string_view& text) noexcept {
    entity_tag tag;
    tag.weak = text.starts_with("W/");  // RFC 9110: in capitals only
    if (tag.weak) text.remove_prefix(2);
    if (!text.starts_with('"')) return std::nullopt;
    std::size_t end = 1;
    // Commas and backslashes are ordinary characters in it.
    while (end < text.size() && text[end] != '"' && static_cast<unsigned char>(text[end]) > 0x20 && text[end] != 0x7F)
        ++end;
    if (end == text.size() || text[end] != '"') return std::nullopt;
    tag.quoted = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    return tag;
}
}  // namespace detail

/// The whole text as one tag, if it is one.
constexpr std::optional<entity_tag> parse_entity_tag(std::string_view text) noexcept {
    std::optional<entity_tag> tag = detail::take_entity_tag(text);
    if (!text.empty()) return std::nullopt;
    return tag;
}

/// Calls f(tag) for each tag of a list; f returns false to stop. What is no tag is passed over to the next comma.
template <class F>
constexpr void for_each_entity_tag(std::string_view list, F&& f) {
    while (!list.empty()) {
        if (list.front() == ',' || list.front() == ' ' || list.front() == '\t') {
            list.remove_prefix(1);
            continue;
        }
        std::optional<entity_tag> tag = detail::take_entity_tag(list);
        std::size_t comma = list.find(',');
        std::string_view behind = ascii::trim(list.substr(0, comma));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma);
        if (tag && behind.empty() && !f(*tag)) return;
    }
}

/// The tag of a file: `"17d3a5c2e4b1f000-4d2"`. in: when it was modified, in nanoseconds, and how large it is; what
/// tells its encoded forms apart, as `gz`: they are other bytes, and so other tags (RFC 9110 8.8.3.3).
inline std::string file_entity_tag(std::int64_t modified, std::uint64_t size, std::string_view form = {}) {
    std::string tag = "\"";
    auto put = [&](std::uint64_t value) {
        char text[16];
        std::size_t at = sizeof text;
        do text[--at] = ascii::hex_digit(static_cast<unsigned>(value & 15));
        while ((value >>= 4) != 0);
        tag.append(text + at, sizeof text - at);
    };
    put(static_cast<std::uint64_t>(modified));
    tag += '-';
    put(size);
    if (!form.empty()) tag.append("-").append(form);
    return tag += '"';
}

}  // namespace coracle::http
