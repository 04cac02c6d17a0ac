#include <doctest/doctest.h>

#include <coracle/app/basic_auth.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

std::optional<std::string> pair_in(std::string_view value) {
    request asked;
    asked.fields.push_back({"authorization", value});
    auto found = basic_credentials::find(asked);
    if (!found) return std::nullopt;
    return found->username + "|" + found->password;
}
std::optional<std::string> pair_of(std::string_view text) { return pair_in("Basic " + base64::encode(text)); }
template <class F>
int refusal(F&& f) {
    try {
        f();
    } catch (const http_error& error) {
        return error.status();
    }
    return 0;
}

}  // namespace

TEST_CASE("name and password stand before and behind the first colon") {
    CHECK(pair_in("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == "Aladdin|open sesame");  // RFC 7617 2
    CHECK(pair_of("a:b:c") == "a|b:c");
    CHECK(pair_of(":") == "|");
    CHECK(pair_in("Basic dGVzdDoxMjPCow==") == "test|123\xc2\xa3");  // RFC 7617 2.1: in UTF-8
    CHECK(!pair_in("Bearer abc"));
    CHECK(!pair_in(""));
}

TEST_CASE("what is no pair of texts is refused, also where no credentials are needed") {
    using namespace std::string_view_literals;
    for (std::string_view text : {"no colon"sv, ""sv, "\xff:x"sv, "a\0b:c"sv, "a:b\r\nc"sv, "a:\x1b[31m"sv, "a:\x7f"sv,
                                  "\xc0\x80:x"sv, "\xed\xa0\x80:x"sv}) {
        CAPTURE(text);
        CHECK(refusal([&] { pair_of(text); }) == 401);
    }
    for (std::string_view text : {"Basic", "Basic ", "Basic a", "Basic YTpi!", "Basic YTpiYw",
                                  "Basic YTpiYw=", "Basic ====", "Basic YT pi", "Basic YTpj=", "Basic -_-_"}) {
        CAPTURE(text);
        CHECK(refusal([&] { pair_in(text); }) == 401);
    }
    const std::string huge(1'000'000, 'A');
    CHECK(refusal([&] { pair_in("Basic " + huge); }) == 401);
    CHECK(pair_of("a:" + huge) == "a|" + huge);
}

TEST_CASE("a realm is shown to the user, and none is not") {
    CHECK(basic_credentials::challenge() == "Basic");
    CHECK(basic_auth<"staff only">::challenge() == "Basic realm=\"staff only\"");
    CHECK(basic_auth<"x">::security_scheme().dump() == R"({"type":"http","scheme":"basic"})");
}
