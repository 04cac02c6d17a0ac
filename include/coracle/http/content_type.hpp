// content_type: what a Content-Type field says: a media type and its parameters.
// RFC 9110 8.3.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/field_parameters.hpp>

#include <string_view>

namespace coracle::http {

/// Keeps: a reference to the field value.
class content_type {
public:
    explicit content_type(std::string_view field) noexcept : field_(field) {}

    /// Without its parameters, as it was sent: `Text/HTML`; empty when there is none.
    std::string_view media_type() const noexcept { return ascii::trim(field_.substr(0, field_.find(';'))); }
    /// in: as `multipart/form-data`; case makes no difference.
    bool is(std::string_view type) const noexcept { return ascii::iequals(media_type(), type); }
    /// As `boundary`.
    found_parameter parameter(std::string_view name) const { return find_parameter(field_, name); }

private:
    std::string_view field_;
};

}  // namespace coracle::http
