// Invariant: what a client sends to prove who it is gives text or a refusal, never a crash; what is read is exactly
// what is written; nothing is believed that was not signed, however much it looks like it.
#include <coracle/app/app.hpp>
#include <coracle/app/basic_auth.hpp>
#include <coracle/app/bearer.hpp>
#include <coracle/app/cors.hpp>
#include <coracle/app/jwt.hpp>
#include <coracle/app/rate_limit.hpp>
#include <coracle/app/request_id.hpp>
#include <coracle/app/session.hpp>
#include <coracle/app/signer.hpp>
#include <coracle/base/base64.hpp>
#include <coracle/base/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {
using namespace coracle;

const std::string secret = "0123456789abcdef0123456789abcdef";
constexpr std::int64_t now = 1'800'000'000;

void demand(bool condition) {
    if (!condition) std::abort();
}

template <base64::alphabet Which>
void check_base64(std::string_view text) {
    if (auto bytes = base64::decode<Which>(text)) demand(base64::encode<Which>(*bytes) == text);
    demand(base64::decode<Which>(base64::encode<Which>(text)) == text);
}

void check_authorization(std::string_view value) {
    request asked;
    asked.fields.push_back({"authorization", value});
    if (auto token = bearer_token::find(asked)) demand(!(*token)->empty() && utf8::is_valid(**token));
    try {
        if (auto pair = basic_credentials::find(asked)) {
            demand(pair->username.find(':') == std::string::npos);
            std::string whole = pair->username + ":" + pair->password;
            demand(utf8::is_valid(whole) && value.find(base64::encode(whole)) != std::string_view::npos);
        }
    } catch (const http_error& refused) {
        demand(refused.status() == 401);
    }
}

void check_signed(std::string_view text) {
    static const signer ours({secret}, "x");
    demand(!ours.open(text, now));
    demand(ours.open(ours.sign(text, now), now) == text);
    static const jwt tokens(secret);
    jwt_refusal why{};
    demand(!tokens.read(text, why, now));
    // Well signed, whatever it says.
    std::size_t half = text.find('\n');
    std::string token = base64::encode_url(text.substr(0, half)) + ".";
    if (half != text.npos) token += base64::encode_url(text.substr(half + 1));
    token += "." + base64::encode_url(hmac_sha256(secret).sign(token).view());
    if (auto claims = tokens.read(token, why, now)) demand(claims->at("exp").as_double() > static_cast<double>(now));
}

void check_session(std::string_view text) {
    static const sessions kept({.keys = {secret}});
    static const signer same({secret}, "session.session");
    request asked;
    asked.fields.push_back({"cookie", text});
    demand(kept.open(asked, now).empty());
    std::string cookie = "a=b; session=" + same.sign(text, now);
    asked.fields.clear();
    asked.fields.push_back({"cookie", cookie});
    demand(kept.open(asked, now).values().is_object());
}

void check_fields(std::string_view text) {
    static const cors rules({.allow_origins = {"https://a.example"},
                             .allow_headers = {"x-key"},
                             .allow_origin_regex = "https://[a-z.]+\\.example"});
    http::request_head head;
    head.method = http::method::options;
    head.fields.push_back({"origin", text});
    head.fields.push_back({"access-control-request-method", "GET"});
    head.fields.push_back({"access-control-request-headers", text});
    if (!http::is_field_value(text)) return;
    auto answer = rules.preflight(head);
    demand(answer && (answer->status == 400 || ascii::trim(text) == text));
    demand(!request_id::is_fit(text) || text.find_first_of(" \t\r\n\"';,<>\\") == text.npos);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    check_base64<base64::alphabet::standard>(text);
    check_base64<base64::alphabet::url>(text);
    check_authorization(text);
    check_signed(text);
    check_session(text);
    check_fields(text);
    (void)rate_limit::client_network(text);
    return 0;
}
