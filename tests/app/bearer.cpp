#include <doctest/doctest.h>

#include <coracle/app/bearer.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace coracle;

namespace {
std::optional<std::string> token_in(std::string_view value) {
    request asked;
    asked.fields.push_back({"authorization", value});
    auto found = bearer_token::find(asked);
    if (!found) return std::nullopt;
    return **found;
}
}  // namespace

TEST_CASE("the token is what stands behind Bearer, in whatever case that is") {
    CHECK(token_in("Bearer abc.def-_~+/=") == "abc.def-_~+/=");
    CHECK(token_in("bEARER  x") == "x");
    CHECK(token_in("Bearer a b") == "a b");
    CHECK(!token_in("Bearer"));
    CHECK(!token_in("Bearer "));
    CHECK(!token_in("Bearerabc"));
    CHECK(!token_in("Bearer\tabc"));
    CHECK(!token_in(" Bearer abc"));
    CHECK(!token_in("Basic abc"));
    CHECK(!token_in(""));
}

TEST_CASE("a hostile token is only text: huge, or with bytes that are no UTF-8") {
    const std::string huge(1'000'000, 'x');
    CHECK(token_in("Bearer " + huge) == huge);
    CHECK(!token_in(huge));
    CHECK(token_in("Bearer \xff\xe9") == "\xc3\xbf\xc3\xa9");
    CHECK(token_in("Bearer a\tb") == "a\tb");
}

TEST_CASE("it says how it is documented") {
    CHECK(bearer_token::security_scheme().dump() == R"({"type":"http","scheme":"bearer"})");
    CHECK(bearer_token::security_name == "HTTPBearer");
}
