// percent: percent-encoding, undone exactly once. Strict for paths, forgiving for queries, never for field values.
// RFC 3986 2.1; queries as WHATWG URL 5.1 and Python's urllib.parse read them.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/result.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/http/refusal.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace coracle::http {

namespace detail {
/// The byte that the escape at text[at] stands for, or -1 when it is none.
constexpr int escaped_byte(std::string_view text, std::size_t at) noexcept {
    if (text.size() - at < 3) return -1;
    int high = ascii::hex_value(text[at + 1]);
    int low = ascii::hex_value(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Puts U+FFFD where `text` is not UTF-8, one for each maximal part of a sequence, as Python and browsers do.
inline void replace_invalid_utf8(std::string& text) {
    std::size_t good = utf8::first_invalid(text);
    if (good == text.size()) return;
    std::string out;
    std::string_view rest = text;
    while (!rest.empty()) {
        out.append(rest.substr(0, good));
        rest.remove_prefix(good);
        if (rest.empty()) break;
        out.append("\xEF\xBF\xBD");
        // A sequence cut short counts as one: it goes on for as long as some continuation would make it valid.
        std::size_t bad = 1;
        for (std::size_t length = 2; length <= 3 && length <= rest.size(); ++length) {
            bool could_go_on = false;
            for (std::string_view tail : {"\x80", "\x80\x80"})
                could_go_on = could_go_on || utf8::sequence_length(std::string(rest.substr(0, length)).append(tail)) ==
                                                 length + tail.size();
            if (!could_go_on) break;
            bad = length;
        }
        rest.remove_prefix(bad);
        good = utf8::first_invalid(rest);
    }
    text = std::move(out);
}
}  // namespace detail

/// One segment of a path, or the rest of a path, decoded. Split at '/' first: an escaped slash is data (%2F).
/// Out: `segment` itself when nothing is escaped, else a view into `storage`. Error: bad_escape, nul_in_path.
inline result<std::string_view, refusal> decode_path(std::string_view segment, std::string& storage) {
    std::size_t at = segment.find('%');
    if (at == std::string_view::npos) return segment;
    storage.assign(segment.substr(0, at));
    while (at < segment.size()) {
        if (segment[at] != '%') {
            storage.push_back(segment[at++]);
            continue;
        }
        int byte = detail::escaped_byte(segment, at);
        if (byte < 0) return failure(refusal::bad_escape);
        if (byte == 0) return failure(refusal::nul_in_path);
        storage.push_back(static_cast<char>(byte));
        at += 3;
    }
    return std::string_view(storage);
}

/// A name or a value of a query or an urlencoded form: '+' is a space, a '%' that escapes nothing stays as it is,
/// and bytes that are not UTF-8 become U+FFFD. Out: `text` itself when there is nothing to do, else a view into
/// `storage`.
inline std::string_view decode_query(std::string_view text, std::string& storage) {
    std::size_t at = text.find_first_of("%+");
    if (at == std::string_view::npos && utf8::is_valid(text)) return text;
    if (at == std::string_view::npos) at = text.size();
    storage.assign(text.substr(0, at));
    while (at < text.size()) {
        int byte = text[at] == '%' ? detail::escaped_byte(text, at) : -1;
        if (byte >= 0) {
            storage.push_back(static_cast<char>(byte));
            at += 3;
        } else {
            storage.push_back(text[at] == '+' ? ' ' : text[at]);
            ++at;
        }
    }
    detail::replace_invalid_utf8(storage);
    return storage;
}

/// Appends `text` to `out` with everything escaped but letters, digits, "-._~" and the characters of `keep`.
inline void encode_percent(std::string_view text, std::string& out, std::string_view keep = {}) {
    for (char c : text) {
        bool plain =
            ascii::is_alpha(c) || ascii::is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos;
        if (plain || (c != '%' && keep.find(c) != std::string_view::npos))
            out.push_back(c);
        else
            ascii::append_percent(out, c);
    }
}

}  // namespace coracle::http
