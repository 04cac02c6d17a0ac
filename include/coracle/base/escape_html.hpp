// escape_html: text that can stand in HTML, between tags and in quoted attributes.
#pragma once

#include <string>
#include <string_view>

namespace coracle {

/// `<`, `>`, `&` and both quotes as character references, NUL as U+FFFD; all else stays.
inline std::string escape_html(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (char c : text) {
        switch (c) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            case '\0':
                out += "\xEF\xBF\xBD";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace coracle
