#include <doctest/doctest.h>

#include <coracle/app/digest_auth.hpp>

using namespace coracle;

TEST_CASE("what stands behind Digest is handed on as it is") {
    request asked;
    CHECK(!digest_credentials::find(asked));
    asked.fields.push_back({"authorization", "Digest username=\"Mufasa\", realm=\"x\""});
    CHECK(**digest_credentials::find(asked) == "username=\"Mufasa\", realm=\"x\"");
    asked.fields.clear();
    asked.fields.push_back({"authorization", "Digest"});
    CHECK(!digest_credentials::find(asked));
    CHECK(digest_credentials::challenge() == "Digest");
    CHECK(digest_credentials::security_scheme().dump() == R"({"type":"http","scheme":"digest"})");
}
