#include <doctest/doctest.h>

#include <coracle/app/jwt.hpp>

#include <async/hand_loop.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

const std::string key = "0123456789abcdef0123456789abcdef";
constexpr std::int64_t now = 1'800'000'000;

/// A token with this head and these claims, well signed.
std::string token_of(std::string_view head, std::string_view claims) {
    std::string out = base64::encode_url(head) + "." + base64::encode_url(claims);
    return out + "." + base64::encode_url(hmac_sha256(key).sign(out).view());
}
std::string token_of(std::string_view claims) { return token_of(R"({"alg":"HS256","typ":"JWT"})", claims); }

/// Nothing when it is taken.
std::optional<jwt_refusal> refusal(const jwt& by, std::string_view token, std::int64_t at = now) {
    jwt_refusal why{};
    if (by.read(token, why, at)) return std::nullopt;
    return why;
}

}  // namespace

TEST_CASE("a token that another implementation made is read, and ours is the same to the byte") {
    const std::string_view theirs =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3IiwiZXhwIjoxODAwMDAwMDYwLCJhdWQiOiJzaG9wIn0."
        "weTcqR0zkxPF0PH2Z2dwUU5U5zKFt4rszD-SkSm3TIc";
    jwt tokens(key, {.audience = "shop"});
    jwt_refusal why{};
    auto claims = tokens.read(theirs, why, now);
    REQUIRE(claims);
    CHECK(claims->at("sub") == "7");
    CHECK(tokens.sign(json{{"sub", "7"}, {"exp", 1'800'000'060}, {"aud", "shop"}}) == theirs);
    // RFC 7515 A.1, whose payload has line ends in it. Its key is raw bytes.
    const std::string rfc_key =
        *base64::decode_url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    const std::string_view rfc =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    CHECK(!refusal(jwt(rfc_key, {.issuer = "joe"}), rfc, 1'300'819'379));
    CHECK(refusal(jwt(rfc_key, {.issuer = "joe"}), rfc, 1'300'819'380) == jwt_refusal::expired);
    CHECK(refusal(jwt(rfc_key, {.issuer = "jim"}), rfc, 1'300'819'379) == jwt_refusal::wrong_issuer);
    CHECK(refusal(jwt(key), rfc, 0) == jwt_refusal::wrong_signature);
}

TEST_CASE("the algorithm is the key's, never the token's") {
    jwt tokens(key);
    const std::string claims = R"({"exp":1800000060})";
    CHECK(!refusal(tokens, token_of(claims)));
    CHECK(!refusal(tokens, token_of(R"({"alg":"HS256"})", claims)));
    for (std::string_view head : {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"HS512"})", R"({"alg":"RS256"})",
                                  R"({"alg":"hs256"})", R"({"alg":""})", R"({"alg":null})", R"({"alg":["HS256"]})",
                                  R"({})", R"({"alg":"HS256","crit":["b64"],"b64":false})"}) {
        CAPTURE(head);
        CHECK(refusal(tokens, token_of(head, claims)) == jwt_refusal::wrong_algorithm);
    }
    CHECK(refusal(tokens, "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiI3IiwiZXhwIjoxODAwMDAwMDYwfQ.") ==
          jwt_refusal::wrong_algorithm);
}

TEST_CASE("times: exp is the first second that is too late, nbf the first that is not too early") {
    jwt tokens(key);
    CHECK(!refusal(tokens, token_of(R"({"exp":1800000001})")));
    CHECK(refusal(tokens, token_of(R"({"exp":1800000000})")) == jwt_refusal::expired);
    CHECK(!refusal(tokens, token_of(R"({"exp":1800000000.5})")));
    CHECK(refusal(tokens, token_of(R"({"exp":-1})")) == jwt_refusal::expired);
    CHECK(refusal(tokens, token_of(R"({"sub":"7"})")) == jwt_refusal::expired);
    CHECK(!refusal(jwt(key, {.must_expire = false}), token_of(R"({"sub":"7"})")));
    CHECK(!refusal(tokens, token_of(R"({"exp":1800000060,"nbf":1800000000})")));
    CHECK(refusal(tokens, token_of(R"({"exp":1800000060,"nbf":1800000001})")) == jwt_refusal::not_yet);
    jwt lenient(key, {.leeway = 10s});
    CHECK(!refusal(lenient, token_of(R"({"exp":1799999991,"nbf":1800000010})")));
    CHECK(refusal(lenient, token_of(R"({"exp":1799999990})")) == jwt_refusal::expired);
    for (std::string_view claims : {R"({"exp":"1800000060"})", R"({"exp":null})", R"({"exp":true})",
                                    R"({"exp":[1800000060]})", R"({"exp":1800000060,"nbf":"0"})"})
        CHECK(refusal(tokens, token_of(claims)) == jwt_refusal::malformed);
    CHECK(refusal(tokens, token_of(R"({"exp":1e999})")).has_value());
}

TEST_CASE("a token for somebody else is refused, and one for an audience by who has none") {
    jwt shop(key, {.audience = "shop"});
    CHECK(!refusal(shop, token_of(R"({"exp":1800000060,"aud":"shop"})")));
    CHECK(!refusal(shop, token_of(R"({"exp":1800000060,"aud":["bank","shop"]})")));
    for (std::string_view aud : {R"("bank")", R"(["bank"])", "[]", "null", "7", R"({"shop":1})", R"([["shop"]])"})
        CHECK(refusal(shop, token_of("{\"exp\":1800000060,\"aud\":" + std::string(aud) + "}")) ==
              jwt_refusal::wrong_audience);
    CHECK(refusal(shop, token_of(R"({"exp":1800000060})")) == jwt_refusal::wrong_audience);
    CHECK(refusal(jwt(key), token_of(R"({"exp":1800000060,"aud":"shop"})")) == jwt_refusal::wrong_audience);
}

TEST_CASE("a token with any byte changed is none") {
    jwt tokens(key);
    const std::string token = token_of(R"({"exp":1800000060,"sub":"7"})");
    for (std::size_t at = 0; at < token.size(); ++at) {
        for (char c : std::string_view("A.=-\n ", 6)) {
            std::string changed = token;
            changed[at] = c;
            if (changed != token) CHECK(refusal(tokens, changed));
            changed = token;
            changed.insert(at, 1, c);
            CHECK(refusal(tokens, changed));
        }
        CHECK(refusal(tokens, token.substr(0, at)));
    }
    // Duplicate names, a list, no JSON, and one that is too long to be looked at.
    CHECK(refusal(tokens, token_of("[1800000060]")) == jwt_refusal::malformed);
    CHECK(refusal(tokens, token_of("{\"exp\":1800000060")) == jwt_refusal::malformed);
    CHECK(refusal(tokens, token_of("")) == jwt_refusal::malformed);
    CHECK(refusal(tokens, token_of("{\"exp\":1800000060,\"x\":\"" + std::string(20'000, 'x') + "\"}")) ==
          jwt_refusal::malformed);
    for (std::string_view wrong : {"", ".", "..", "...", "a.b.c", "eyJhbGciOiJIUzI1NiJ9..", "\xff.\xff.\xff"})
        CHECK(refusal(tokens, wrong));
}

TEST_CASE("signed for a quarter of an hour, on the clock of the loop") {
    hand_loop loop;
    jwt tokens(key);
    loop.wall = now * 1000;
    const std::string token = tokens.sign({{"sub", "7"}}, 15min);
    auto claims = tokens.read(token);
    REQUIRE(claims);
    CHECK(claims->dump() == R"({"sub":"7","iat":1800000000,"exp":1800000900})");
    loop.wall += 899'000;
    CHECK(tokens.read(token));
    loop.wall += 1'000;
    CHECK(!tokens.read(token));
}

TEST_CASE("W14: a key shorter than the hash is refused") {
    CHECK_THROWS_WITH_AS(jwt("secret"), "coracle: the key of HS256 has at least 32 bytes; make one with secret_token()",
                         std::logic_error);
}
