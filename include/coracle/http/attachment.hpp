// attachment: under which name a client keeps what it is sent. Whatever bytes the name has, the field is one line (W3).
// RFC 6266 4, 5 and appendix D (both forms of the name), RFC 8187 3.2 (the extended one).
#pragma once

#include <coracle/base/utf8.hpp>
#include <coracle/http/percent.hpp>

#include <string>
#include <string_view>

namespace coracle::http {

/// The value of Content-Disposition: `attachment; filename="report.pdf"`. in: "attachment" or "inline"; a name in
/// UTF-8, empty for none. A name that is not plain ASCII is there twice: as near as ASCII comes, and escaped.
inline std::string content_disposition(std::string_view kind, std::string_view name) {
    std::string value(kind);
    if (name.empty()) return value;
    bool plain = true;
    value += "; filename=\"";
    for (char c : name) {
        auto byte = static_cast<unsigned char>(c);
        // Quotes, percents and directories are read in more ways than one.
        bool good = byte >= 0x20 && byte < 0x7F && std::string_view("\"\\/%").find(c) == std::string_view::npos;
        plain = plain && good;
        // One substitute for each character, not for each of its bytes.
        if (good || (byte & 0xC0) != 0x80) value += good ? c : '_';
    }
    value += '"';
    if (plain || !utf8::is_valid(name)) return value;
    value += "; filename*=UTF-8''";
    encode_percent(name, value);
    return value;
}

}  // namespace coracle::http
