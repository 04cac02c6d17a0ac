// form_limits: how much of a form is read.
// The names, numbers and words are Starlette's (max_fields, max_files, max_part_size).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace coracle::http {

/// `app.post("/photos", {.form = {.max_files = 3, .max_file_size = 5'000'000}}, handler);`
struct form_limits {
    /// Files of one form; more are 400.
    std::size_t max_files = 1000;
    /// What is no file of one form, besides them; more are 400.
    std::size_t max_fields = 1000;
    /// Bytes of one field that is no file; on the wire, name and value, when it is urlencoded. More are 400.
    std::size_t max_part_size = 1024 * 1024;
    /// Bytes of one file; 0: the body's limit is all there is. More are 413.
    std::uint64_t max_file_size = 0;

    friend bool operator==(const form_limits&, const form_limits&) = default;

    std::string too_many_files() const {
        return "Too many files. Maximum number of files is " + std::to_string(max_files) + ".";
    }
    std::string too_many_fields() const {
        return "Too many fields. Maximum number of fields is " + std::to_string(max_fields) + ".";
    }
    /// in: what it is, as "Field"; how much it may have.
    static std::string too_large(std::string_view what, std::uint64_t most) {
        std::string said(what);
        said.append(" exceeded maximum size of ");
        return said.append(most % 1024 == 0 ? std::to_string(most / 1024) + "KB." : std::to_string(most) + " bytes.");
    }
};

/// Why an urlencoded form is not read (the detail of a 400); empty when it is.
inline std::string form_refusal(std::string_view text, const form_limits& limits = {}) {
    std::size_t count = 0;
    while (!text.empty()) {
        std::size_t end = text.find('&');
        std::string_view pair = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (pair.empty()) continue;
        bool equals = pair.size() > limits.max_part_size && pair.find('=') != std::string_view::npos;
        if (pair.size() - equals > limits.max_part_size) return form_limits::too_large("Field", limits.max_part_size);
        if (++count > limits.max_fields) return limits.too_many_fields();
    }
    return {};
}

}  // namespace coracle::http
