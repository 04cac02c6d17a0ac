// owned_fields: the header fields of a message that was received, together with the bytes they stand in.
// RFC 9110 5.
#pragma once

#include <coracle/http/fields.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::http {

/// Fields that stay good wherever they are copied. cost: copies share the bytes.
class owned_fields : public fields {
public:
    owned_fields() = default;
    explicit owned_fields(std::string bytes) : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}

    /// What the fields are views of.
    std::string_view bytes() const noexcept { return bytes_ ? std::string_view(*bytes_) : std::string_view(); }

private:
    std::shared_ptr<const std::string> bytes_;
};

}  // namespace coracle::http
