#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/oauth2_password_form.hpp>

#include <app/stage.hpp>

#include <string>
#include <string_view>

using namespace coracle;

namespace {

const std::string_view urlencoded = "application/x-www-form-urlencoded";

json shown(const oauth2_password_form& in) {
    auto text = [](const std::optional<std::string>& of) { return of ? json(*of) : json(); };
    return {{"grant_type", text(in.grant_type)}, {"username", in.username},
            {"password", in.password},           {"scopes", json(in.scopes)},
            {"client_id", text(in.client_id)},   {"client_secret", text(in.client_secret)}};
}

std::string missing(std::string_view name) {
    return R"({"type":"missing","loc":["body",")" + std::string(name) + R"("],"msg":"Field required","input":null})";
}
std::string mismatch(std::string_view input) {
    return R"({"type":"string_pattern_mismatch","loc":["body","grant_type"],)"
           R"("msg":"String should match pattern '^password$'","input":")" +
           std::string(input) + R"(","ctx":{"pattern":"^password$"}})";
}

}  // namespace

TEST_CASE("a login is read and refused as by FastAPI 0.165") {
    app app;
    app.post("/token", [](oauth2_password_form in) -> task<json> { co_return shown(in); });
    app.post("/strict", [](oauth2_strict_password_form in) -> task<json> { co_return json(in.username); });
    stage on(app);
    auto answer = [&](std::string_view path, std::string_view body) { return on.post(path, body, urlencoded).body; };
    auto detail = [](std::string issues) { return "{\"detail\":[" + issues + "]}"; };

    CHECK(answer("/token", "username=ann&password=secret") ==
          R"({"grant_type":null,"username":"ann","password":"secret","scopes":[],)"
          R"("client_id":null,"client_secret":null})");
    CHECK(answer("/token",
                 "grant_type=password&username=ann&password=secret&scope=a:b+c++d&client_id=i&client_secret=s") ==
          R"({"grant_type":"password","username":"ann","password":"secret","scopes":["a:b","c","d"],)"
          R"("client_id":"i","client_secret":"s"})");
    CHECK(answer("/token", "grant_type=&username=a&username=b&password=c&scope=") ==
          R"({"grant_type":null,"username":"b","password":"c","scopes":[],"client_id":null,"client_secret":null})");
    CHECK(answer("/token", "grant_type=Password&username=ann&password=x") == detail(mismatch("Password")));
    CHECK(answer("/token", "grant_type=password%0A&username=a&password=b") == detail(mismatch("password\\n")));
    CHECK(answer("/token", "") == detail(missing("username") + "," + missing("password")));
    CHECK(answer("/token", "username=ann") == detail(missing("password")));
    CHECK(answer("/token", "username=&password=") == detail(missing("username") + "," + missing("password")));
    CHECK(answer("/token", "grant_type=x") ==
          detail(mismatch("x") + "," + missing("username") + "," + missing("password")));
    CHECK(on.post("/token", R"({"username":"a","password":"b"})").body ==
          detail(missing("username") + "," + missing("password")));

    CHECK(answer("/strict", "username=ann&password=secret") == detail(missing("grant_type")));
    CHECK(answer("/strict", "grant_type=password&username=ann&password=secret") == "\"ann\"");
    CHECK(answer("/strict", "grant_type=Password&username=ann&password=x") == detail(mismatch("Password")));
    CHECK(answer("/strict", "") ==
          detail(missing("grant_type") + "," + missing("username") + "," + missing("password")));
}

TEST_CASE("a handler is called without a request, with a form that the test makes") {
    auto login = [](oauth2_password_form in) { return in.username + in.password; };
    CHECK(login(oauth2_password_form("a", "b")) == "ab");
}
