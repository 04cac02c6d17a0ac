// bearer: a token in the Authorization field: `Authorization: Bearer abc`. FastAPI's HTTPBearer.
// RFC 6750 2.1.
#pragma once

#include <coracle/app/credential.hpp>
#include <coracle/app/request.hpp>
#include <coracle/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// `[](bearer_token token) { return user_of(*token); }`: the token as it was sent, which nobody has looked at yet.
class bearer_token : public credential_text {
public:
    using credential_text::credential_text;

    static std::optional<bearer_token> find(const request& asked) {
        auto sent = authorization::of(asked.fields);
        if (!sent || !sent->is("bearer") || sent->rest.empty()) return std::nullopt;
        return bearer_token(from_field(sent->rest));
    }
    static std::string challenge() { return "Bearer"; }
    static constexpr std::string_view security_name = "HTTPBearer";
    static json security_scheme() { return {{"type", "http"}, {"scheme", "bearer"}}; }
};

}  // namespace coracle
