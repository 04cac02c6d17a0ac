#include <coracle/http/challenge.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace coracle;

namespace {
std::string shown(const char* field) {
    auto all = http::parse_challenges(field);
    if (!all) return "malformed";
    std::string out;
    for (const http::challenge& each : *all) {
        if (!out.empty()) out += " | ";
        out += each.scheme;
        if (!each.token.empty()) out += " <" + each.token + ">";
        for (const auto& one : each.parameters) out += " " + one.name + "=[" + one.value + "]";
    }
    return out;
}
}  // namespace

TEST_CASE("one field has any number of challenges, each with a word or with parameters") {
    CHECK(shown("Basic realm=\"simple\"") == "basic realm=[simple]");
    CHECK(shown("Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\"") ==
          "newauth realm=[apps] type=[1] title=[Login to \"apps\"] | basic realm=[simple]");
    CHECK(shown("Negotiate") == "negotiate");
    CHECK(shown("Negotiate, Basic realm=x") == "negotiate | basic realm=[x]");
    CHECK(shown("NTLM TlRMTVNTUAAB==, Bearer") == "ntlm <TlRMTVNTUAAB==> | bearer");
    CHECK(shown("Bearer abc") == "bearer <abc>");
    CHECK(shown("Digest a = b , c=\"d, e\" ,, F=g") == "digest a=[b] c=[d, e] f=[g]");
    CHECK(shown(" , Basic realm=\"\" ,") == "basic realm=[]");
    CHECK(shown("") == "");
    CHECK(shown("Digest realm=\"a\\\\b\"") == "digest realm=[a\\b]");
}

TEST_CASE("what is malformed is not guessed at") {
    for (const char* bad : {"Basic realm=\"open", "Basic realm=\"a\\", "realm=\"x\"", "=x", "Basic realm=a b=c",
                            "Basic realm=\"a\"b", "Basic \"x\"", "Digest nonce=a, nonce=b", "Bearer a, b=c=d",
                            "Basic realm=a;b", "Negotiate abc, x=y", "\"", "@"})
        CHECK_MESSAGE(shown(bad) == "malformed", bad);
}
