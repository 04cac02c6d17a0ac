// form_limits: how much of a form is read.
// The numbers and words are Starlette's (max_fields, max_files, max_part_size).
#pragma once

#include <cstddef>
#include <string_view>

namespace coracle::http {

/// Fields of one form, and besides them its files.
inline constexpr std::size_t max_form_fields = 1000;
inline constexpr std::size_t max_form_files = 1000;
/// Bytes of one field that is no file; on the wire, name and value, when it is urlencoded.
inline constexpr std::size_t max_form_field_size = 1024 * 1024;

/// Why an urlencoded form is not read (the detail of a 400); empty when it is.
inline std::string_view form_refusal(std::string_view text) noexcept {
    std::size_t count = 0;
    while (!text.empty()) {
        std::size_t end = text.find('&');
        std::string_view pair = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (pair.empty()) continue;
        bool equals = pair.size() > max_form_field_size && pair.find('=') != std::string_view::npos;
        if (pair.size() - equals > max_form_field_size) return "Field exceeded maximum size of 1024KB.";
        if (++count > max_form_fields) return "Too many fields. Maximum number of fields is 1000.";
    }
    return {};
}

}  // namespace coracle::http
