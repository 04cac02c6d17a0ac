// basic_auth: name and password in the Authorization field, which browsers ask their users for. FastAPI's HTTPBasic.
// RFC 7617, with its charset UTF-8.
#pragma once

#include <coracle/app/credential.hpp>
#include <coracle/app/request.hpp>
#include <coracle/base/base64.hpp>
#include <coracle/base/fixed_string.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// `[](basic_credentials who) { if (!secure_equal(who.password, expected)) throw http_error(401, ...); ... }`
/// Name and password are UTF-8 without control characters; what is none is refused with 401.
/// With a realm, which browsers may show: basic_auth<"staff">.
template <fixed_string Realm>
class basic_auth {
    static constexpr bool quotable = [] {
        for (char c : Realm.view())
            if (c < 0x20 || c > 0x7E || c == '"' || c == '\\') return false;
        return true;
    }();
    static_assert(quotable, "coracle: a realm is made of printable ASCII without quotes and backslashes");

public:
    std::string username;
    std::string password;

    basic_auth(std::string name, std::string word) : username(std::move(name)), password(std::move(word)) {}

    /// error: http_error 401 for an Authorization of this scheme that is malformed.
    static std::optional<basic_auth> find(const request& asked) {
        auto sent = authorization::of(asked.fields);
        if (!sent || !sent->is("basic")) return std::nullopt;
        const std::optional<std::string> pair = base64::decode(sent->rest);
        std::size_t colon = pair ? pair->find(':') : std::string::npos;
        if (colon == std::string::npos || !is_text(*pair)) throw not_authenticated(challenge());
        return basic_auth(pair->substr(0, colon), pair->substr(colon + 1));
    }
    static std::string challenge() {
        if (Realm.view().empty()) return "Basic";
        return "Basic realm=\"" + std::string(Realm.view()) + "\"";
    }
    static constexpr std::string_view security_name = "HTTPBasic";
    static json security_scheme() { return {{"type", "http"}, {"scheme", "basic"}}; }

private:
    static bool is_text(std::string_view pair) noexcept {
        for (char c : pair)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
        return utf8::is_valid(pair);
    }
};

using basic_credentials = basic_auth<"">;

}  // namespace coracle
