// multipart_writer: a form with files as a client sends it.
// RFC 7578; HTML 4.10.22.8 (how browsers write names).
#pragma once

#include <coracle/http/content_disposition.hpp>
#include <coracle/http/field_list.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::http {

/// Put fields and files into it, then take the body. What they hold cannot end a part: the boundary is chosen so that
/// it stands in none of them.
class multipart_writer {
public:
    void field(std::string_view name, std::string_view value) {
        parts_.push_back(head(name) + "\r\n\r\n" + std::string(value));
    }
    /// in: an empty type is left out. error: std::invalid_argument for a type that is no field value.
    void file(std::string_view name, std::string_view filename, std::string_view bytes, std::string_view type = {}) {
        if (!is_field_value(type))
            throw std::invalid_argument("coracle: the type of a file in a form is one like text/plain, on one line");
        std::string part = head(name);
        append_form_parameter(part, "filename", filename);
        if (!type.empty()) part.append("\r\nContent-Type: ").append(type);
        parts_.push_back(part.append("\r\n\r\n").append(bytes));
    }

    /// in: where to write the Content-Type of the request. Empty afterwards.
    std::string take_body(std::string& content_type) {
        std::string boundary;
        for (unsigned n = 0; boundary.empty() || stands_in_one(boundary); ++n)
            boundary = "coracle-form-" + std::to_string(n);
        content_type = "multipart/form-data; boundary=" + boundary;
        std::string body;
        for (const std::string& part : parts_) body.append("--").append(boundary).append("\r\n").append(part) += "\r\n";
        parts_.clear();
        return body.append("--").append(boundary).append("--\r\n");
    }

private:
    static std::string head(std::string_view name) {
        std::string out = "Content-Disposition: form-data";
        append_form_parameter(out, "name", name);
        return out;
    }
    bool stands_in_one(std::string_view boundary) const noexcept {
        for (const std::string& part : parts_)
            if (part.find(boundary) != std::string::npos) return true;
        return false;
    }

    std::vector<std::string> parts_;
};

}  // namespace coracle::http
