// digest_auth: what a client answers to a Digest challenge, as it was sent. FastAPI's HTTPDigest.
// RFC 7616 3.4.
#pragma once

#include <coracle/app/credential.hpp>
#include <coracle/app/request.hpp>
#include <coracle/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace coracle {

/// `[](digest_credentials sent) { ... *sent ... }`: the parameters behind `Digest`, unread. As in FastAPI it is for the
/// documentation, and for handlers that know the scheme: the challenge says `Digest` and no more.
class digest_credentials : public credential_text {
public:
    using credential_text::credential_text;

    static std::optional<digest_credentials> find(const request& asked) {
        auto sent = authorization::of(asked.fields);
        if (!sent || !sent->is("digest") || sent->rest.empty()) return std::nullopt;
        return digest_credentials(from_field(sent->rest));
    }
    static std::string challenge() { return "Digest"; }
    static constexpr std::string_view security_name = "HTTPDigest";
    static json security_scheme() { return {{"type", "http"}, {"scheme", "digest"}}; }
};

}  // namespace coracle
