// owned_fields: the header fields of a message that was received, together with the bytes they stand in.
// RFC 9110 5.
#pragma once

#include <coracle/http/fields.hpp>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::http {

/// Fields that stay good wherever they are copied. cost: copies share the bytes.
class owned_fields : public fields {
public:
    owned_fields() = default;
    explicit owned_fields(std::string bytes) {
        auto kept = std::make_shared<const std::string>(std::move(bytes));
        bytes_ = *kept;
        keeper_ = std::move(kept);
    }
    /// The same of a copy. cost: one allocation.
    static owned_fields copy_of(std::string_view bytes) {
        owned_fields made;
        made.keep_copy_of(bytes);
        return made;
    }
    /// in: what its fields are views of; from here on they are views of the copy. cost: one allocation.
    void keep_copy_of(std::string_view bytes) {
        std::shared_ptr<char[]> kept = std::make_shared<char[]>(bytes.size());
        if (!bytes.empty()) std::memcpy(kept.get(), bytes.data(), bytes.size());
        rebase(bytes.data(), kept.get());
        bytes_ = {kept.get(), bytes.size()};
        keeper_ = std::move(kept);
    }

    /// What the fields are views of.
    std::string_view bytes() const noexcept { return keeper_ ? bytes_ : std::string_view(); }

private:
    std::shared_ptr<const void> keeper_;
    std::string_view bytes_;
};

}  // namespace coracle::http
