// security<f, "scope">: the scopes of the way to a dependency, outermost first.
#include <coracle/app/security_scopes.hpp>

#include <coracle/app/app.hpp>

#include <app/stage.hpp>
#include <doctest/doctest.h>

#include <string>

using namespace coracle;

namespace {

int calls = 0;
std::string granted(const security_scopes& wanted) {
    ++calls;
    if (wanted.contains("admin")) throw http_error(403, "Not enough permissions");
    return wanted.scope_str();
}
std::string current_user(security<granted, "me"> who) { return *who; }
std::string active_user(depends<current_user> who) { return "active: " + *who; }
int unscoped() { return 1; }

}  // namespace

TEST_CASE("scopes gather on the way from the handler, each once, and tell dependencies apart") {
    app app;
    app.get("/none", [](depends<granted> who) -> task<std::string> { co_return "<" + *who + ">"; });
    app.get("/one", [](security<current_user, "items:read"> who) -> task<std::string> { co_return *who; });
    app.get("/deep",
            [](security<active_user, "items:read", "me", "items:write"> who) -> task<std::string> { co_return *who; });
    app.get("/two",
            [](security<granted, "a"> x, security<granted, "b"> y, security<granted, "a"> z) -> task<std::string> {
                co_return *x + *y + *z;
            });
    app.get("/same", [](security<unscoped, "a"> x, security<unscoped, "b"> y) -> task<bool> { co_return &*x == &*y; });
    app.get("/admin", [](security<granted, "admin"> x) -> task<std::string> { co_return *x; });
    stage play(app);
    CHECK(play.get("/none").body == "<>");
    CHECK(play.get("/one").body == "items:read me");
    CHECK(play.get("/deep").body == "active: items:read me items:write");
    calls = 0;
    CHECK(play.get("/two").body == "aba");
    CHECK(calls == 2);
    CHECK(play.get("/same").body == "true");
    CHECK(play.get("/admin").status == 403);
}
