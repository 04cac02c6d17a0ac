// default_fields: header fields that stand in every answer, whatever a handler says.
#pragma once

#include <coracle/http/field_list.hpp>
#include <coracle/http/fields.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace coracle {

/// `app.run({.headers = {{"x-frame-options", "DENY"}}});`
class default_fields {
public:
    default_fields() noexcept = default;
    /// error: std::invalid_argument for what is no field, or one that coracle writes itself.
    default_fields(std::initializer_list<http::field> fields) {
        for (const http::field& each : fields) add(each.name, each.value);
    }
    [[gnu::cold]] void add(std::string_view name, std::string_view value) {
        http::field_list one;
        one.add(name, value);
        lines_ += one.wire();
    }
    /// `name: value` CR LF, each.
    const std::string& wire() const noexcept { return lines_; }

private:
    std::string lines_;
};

}  // namespace coracle
