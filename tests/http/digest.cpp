#include <coracle/http/digest.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

std::optional<http::digest_challenge> digest_of(std::string_view field) {
    auto all = http::parse_challenges(field);
    REQUIRE(all);
    REQUIRE(all->size() == 1);
    return http::digest_challenge::read(all->front());
}
std::string answer_to(std::string_view field, const http::digest_proof& with) {
    auto challenge = digest_of(field);
    REQUIRE(challenge);
    return http::digest_credentials_for(*challenge, with);
}
std::string parameter(const std::string& credentials, std::string_view name) {
    auto all = http::parse_challenges(credentials);
    REQUIRE(all);
    return std::string(all->front().find(name).value_or("nothing"));
}
// RFC 7616 3.9.1.
constexpr std::string_view cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
const http::digest_proof mufasa{"Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce, 1};
const std::string rest =
    "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
    "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
    "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

}  // namespace

TEST_CASE("the examples of RFC 7616 3.9.1") {
    std::string by_sha = answer_to("Digest " + rest + ", algorithm=SHA-256", mufasa);
    CHECK(parameter(by_sha, "response") == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    CHECK(parameter(by_sha, "algorithm") == "SHA-256");
    CHECK(parameter(by_sha, "opaque") == "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS");
    CHECK(parameter(by_sha, "username") == "Mufasa");
    CHECK(by_sha.find(", qop=auth, nc=00000001, cnonce=\"") != std::string::npos);
    std::string by_md5 = answer_to("Digest " + rest + ", algorithm=MD5", mufasa);
    CHECK(parameter(by_md5, "response") == "8ca523f5e9506fed4657c9700eebdbec");
    CHECK(parameter(answer_to("Digest " + rest, mufasa), "response") == "8ca523f5e9506fed4657c9700eebdbec");
}

TEST_CASE("an old server, which knows no qop, gets the answer of RFC 2069") {
    std::string answer = answer_to("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
                                   {"Mufasa", "CircleOfLife", "GET", "/dir/index.html", "x", 1});
    // RFC 2069's own example has an erratum; this is md5(md5(user:realm:password):nonce:md5(GET:uri)) by Python.
    CHECK(parameter(answer, "response") == "1949323746fe6a43ef61f9606e7febea");
    CHECK(answer.find("qop") == std::string::npos);
    CHECK(answer.find("nc=") == std::string::npos);
}

TEST_CASE("the count is part of the proof, and has eight digits") {
    http::digest_proof later = mufasa;
    later.count = 0xAB;
    std::string answer = answer_to("Digest " + rest, later);
    CHECK(parameter(answer, "nc") == "000000ab");
    CHECK(parameter(answer, "response") != "8ca523f5e9506fed4657c9700eebdbec");
}

TEST_CASE("a session's algorithm hashes the nonces in, and a name may be hashed or escaped") {
    std::string session = answer_to("Digest " + rest + ", algorithm=MD5-sess", mufasa);
    CHECK(parameter(session, "algorithm") == "MD5-sess");
    CHECK(parameter(session, "response") != "8ca523f5e9506fed4657c9700eebdbec");
    std::string hashed =
        answer_to("Digest realm=\"api@example.org\", qop=auth, algorithm=SHA-256, nonce=\"n\", userhash=true",
                  {"J\xC3\xA4s\xC3\xB8n Doe", "Secret, or not?", "GET", "/doe.json", "c", 1});
    CHECK(parameter(hashed, "userhash") == "true");
    CHECK(parameter(hashed, "username").size() == 64);
    std::string named = answer_to("Digest realm=r, nonce=n", {"J\xC3\xA4s\xC3\xB8n", "x", "GET", "/", "c", 1});
    CHECK(named.find("username*=UTF-8''J%C3%A4s%C3%B8n, realm=\"r\"") != std::string::npos);
}

TEST_CASE("quotes and backslashes of a realm come back as they were") {
    std::string answer = answer_to("Digest realm=\"a\\\"b\\\\c\", nonce=\"n\"", {"me", "x", "GET", "/", "c", 1});
    CHECK(answer.find("realm=\"a\\\"b\\\\c\"") != std::string::npos);
    CHECK(parameter(answer, "realm") == "a\"b\\c");
}

TEST_CASE("a challenge that cannot be answered is none") {
    for (const char* bad : {"Basic realm=\"r\", nonce=\"n\"", "Digest realm=\"r\"", "Digest nonce=\"n\"",
                            "Digest realm=\"r\", nonce=\"\"", "Digest realm=r, nonce=n, algorithm=SHA-512-256",
                            "Digest realm=r, nonce=n, algorithm=-sess", "Digest realm=r, nonce=n, algorithm=md4",
                            "Digest realm=r, nonce=n, qop=auth-int", "Digest realm=r, nonce=n, qop=\"\""})
        CHECK_MESSAGE(!digest_of(bad), bad);
    CHECK(digest_of("digest realm=r, nonce=n, algorithm=\"sha-256\", STALE=TRUE")->stale);
}
