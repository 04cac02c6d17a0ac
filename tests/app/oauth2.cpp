#include <doctest/doctest.h>

#include <coracle/app/oauth2.hpp>

#include <string_view>

using namespace coracle;

TEST_CASE("a token of OAuth2 may be empty, and OpenID Connect is the whole field, as in FastAPI") {
    request asked;
    CHECK(!oauth2_password_bearer<"token">::find(asked));
    asked.fields.push_back({"authorization", "Bearer"});
    CHECK(**oauth2_password_bearer<"token">::find(asked) == "");
    CHECK(**oauth2_code_bearer<"a", "t">::find(asked) == "");
    CHECK(**open_id_connect<"u">::find(asked) == "Bearer");
    asked.fields.clear();
    asked.fields.push_back({"authorization", "Basic abc"});
    CHECK(!oauth2_password_bearer<"token">::find(asked));
    CHECK(**open_id_connect<"u">::find(asked) == "Basic abc");
    asked.fields.clear();
    asked.fields.push_back({"authorization", ""});
    CHECK(!oauth2_password_bearer<"token">::find(asked));
    CHECK(!open_id_connect<"u">::find(asked));
}

TEST_CASE("they say how they are documented") {
    CHECK(oauth2_password_bearer<"token">::security_scheme().dump() ==
          R"({"type":"oauth2","flows":{"password":{"scopes":{},"tokenUrl":"token"}}})");
    CHECK(oauth2_code_bearer<"a", "t">::security_scheme().dump() ==
          R"({"type":"oauth2","flows":{"authorizationCode":{"scopes":{},"authorizationUrl":"a","tokenUrl":"t"}}})");
    CHECK(open_id_connect<"u">::security_scheme().dump() == R"({"type":"openIdConnect","openIdConnectUrl":"u"})");
}
