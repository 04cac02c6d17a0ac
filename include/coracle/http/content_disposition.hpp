// content_disposition: the name and the file name of a part of a form, read as browsers write them, and written so.
// RFC 7578 4.2; HTML 4.10.22.8 (multipart form data); RFC 8187 (filename*).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/http/field_parameters.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::http {

/// Whose field a part of a form is, and whether it is a file. Both are text from the client, in UTF-8; a file name may
/// be anything, `../../etc/passwd` too.
struct form_disposition {
    std::string name{};
    std::optional<std::string> filename{};  ///< there for files, perhaps empty
};

namespace detail {

/// As UTF-8; what is none is taken for Latin-1, as Starlette takes it.
inline std::string disposition_text(std::string_view text) {
    std::string storage;
    return std::string(utf8::is_valid(text) ? text : utf8::from_latin1(text, storage));
}

/// Browsers write `"` as %22, and CR and LF in the same way; nothing else, so a name that has %0A of its own cannot be
/// told from one with a line end, and neither is ever wanted.
inline std::string without_quotes_escaped(std::string text) {
    for (std::size_t at = text.find("%22"); at != std::string::npos; at = text.find("%22", at + 1))
        text.replace(at, 3, 1, '"');
    return text;
}

/// Old browsers send the whole path: `C:\fakepath\a.txt`, `\\host\share\a.txt`.
inline std::string without_windows_path(std::string name) {
    bool drive = name.size() > 2 && name[1] == ':' && name[2] == '\\';
    if (drive || name.starts_with("\\\\")) name.erase(0, name.rfind('\\') + 1);
    return name;
}

/// `UTF-8''%e2%82%ac.txt`; nothing for what is no UTF-8.
inline std::optional<std::string> extended_text(std::string_view value) {
    std::size_t first = value.find('\'');
    if (first == value.npos || !ascii::iequals(value.substr(0, first), "utf-8")) return std::nullopt;
    std::size_t second = value.find('\'', first + 1);
    if (second == value.npos) return std::nullopt;
    value.remove_prefix(second + 1);
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '%') {
            out += value[i];
            continue;
        }
        if (value.size() - i < 3) return std::nullopt;
        int high = ascii::hex_value(value[i + 1]);
        int low = ascii::hex_value(value[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return utf8::is_valid(out) ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace detail

/// What the field says; nothing when it has no name, or has one of its parameters twice.
/// `filename*`, which RFC 7578 forbids here, counts where it stands alone: some libraries write nothing else.
inline std::optional<form_disposition> parse_form_disposition(std::string_view field) {
    std::optional<std::string> name, filename, extended;
    for (field_parameters each(field); each.next();) {
        std::optional<std::string>* to = ascii::iequals(each.name(), "name")        ? &name
                                         : ascii::iequals(each.name(), "filename")  ? &filename
                                         : ascii::iequals(each.name(), "filename*") ? &extended
                                                                                    : nullptr;
        if (!to) continue;
        if (*to) return std::nullopt;
        *to = std::string(each.value());
    }
    if (!name) return std::nullopt;
    form_disposition said;
    said.name = detail::without_quotes_escaped(detail::disposition_text(*name));
    if (filename)
        said.filename =
            detail::without_windows_path(detail::without_quotes_escaped(detail::disposition_text(*filename)));
    else if (extended)
        said.filename = detail::extended_text(*extended);
    return said;
}

/// Writes `; name="..."` or `; filename="..."` so that nothing in the value can end it or its line: as browsers do, who
/// write %22 for a quote, and other control characters like theirs for CR and LF; and as httpx does, who writes two
/// backslashes for one, which to many readers would hide the quote behind it.
inline void append_form_parameter(std::string& out, std::string_view name, std::string_view value) {
    out.append("; ").append(name).append("=\"");
    for (char c : value) {
        auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F || c == '"')
            ascii::append_percent(out, c);
        else
            out.append(c == '\\' ? 2 : 1, c);
    }
    out += '"';
}

}  // namespace coracle::http
