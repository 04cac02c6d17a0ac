#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/session.hpp>

#include <app/stage.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

const std::string key = "0123456789abcdef";
const std::string other = "fedcba9876543210";

app made(session_options options) {
    app made;
    made.use(sessions(std::move(options)));
    made.get("/set/{name}/{value}", [](std::string name, std::string value, session& visit) -> task<json> {
        visit.set(name, value);
        co_return visit.values();
    });
    made.get("/erase/{name}", [](std::string name, session& visit) -> task<bool> { co_return visit.erase(name); });
    made.get("/clear", [](session& visit) -> task<bool> {
        visit.clear();
        co_return true;
    });
    made.get("/look", [](const session& visit) -> task<json> { co_return visit.values(); });
    made.get("/name", [](session& visit) { return visit["name"].is_string() ? visit["name"].as_string() : "nobody"; });
    made.get("/plain", []() -> task<json> { co_return json("plain"); });
    made.get("/big", [](session& visit) -> task<json> {
        visit.set("x", std::string(5000, 'x'));
        co_return json();
    });
    return made;
}

/// `session=...`, as the browser sends it back.
std::string cookie_of(const heard& answer) {
    std::string set = answer.field("set-cookie");
    return "cookie: " + set.substr(0, set.find(';')) + "\r\n";
}

}  // namespace

TEST_CASE("what a handler keeps comes back with the next request, in a cookie with Starlette's attributes") {
    app app = made({.keys = {key}});
    stage on(app);
    heard first = on.get("/set/name/ann");
    CHECK(first.body == R"({"name":"ann"})");
    std::string set = first.field("set-cookie");
    CHECK(set.starts_with("session="));
    CHECK(set.substr(set.find(';')) == "; HttpOnly; Max-Age=1209600; Path=/; SameSite=lax");
    CHECK(first.field("vary") == "Cookie");

    heard second = on.ask("GET /look", {}, cookie_of(first));
    CHECK(second.body == R"({"name":"ann"})");
    CHECK(second.field("vary") == "Cookie");
    CHECK(second.field("set-cookie").empty());  // nothing has changed

    heard third = on.ask("GET /set/n/1", {}, cookie_of(first));
    CHECK(third.body == R"({"name":"ann","n":"1"})");
    CHECK(on.ask("GET /name", {}, cookie_of(third)).body == "ann");  // on the pool
    // The user can read it.
    std::string value = cookie_of(first).substr(16);
    CHECK(base64::decode_url(value.substr(0, value.find('.'))) == R"({"name":"ann"})");
}

TEST_CASE("who does not look gets neither Vary nor a cookie") {
    app app = made({.keys = {key}});
    stage on(app);
    for (std::string_view path : {"GET /plain", "GET /nowhere"}) {
        heard answer = on.ask(path);
        CHECK(answer.field("vary").empty());
        CHECK(answer.field("set-cookie").empty());
    }
    CHECK(on.get("/look").body == "{}");
    CHECK(on.get("/look").field("set-cookie").empty());
    CHECK(on.get("/name").body == "nobody");
    CHECK(on.get("/erase/name").field("set-cookie").empty());
}

TEST_CASE("an emptied session takes the cookie away, if there was one") {
    app app = made({.keys = {key}});
    stage on(app);
    heard first = on.get("/set/name/ann");
    for (std::string_view path : {"GET /clear", "GET /erase/name"})
        CHECK(on.ask(path, {}, cookie_of(first)).field("set-cookie") ==
              "session=null; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Path=/; SameSite=lax");
    CHECK(on.get("/clear").field("set-cookie").empty());
    CHECK(on.get("/clear").field("vary") == "Cookie");
}

TEST_CASE("a cookie that was changed, is too old or comes from the future is an empty session") {
    app app = made({.keys = {key}, .max_age = 1h});
    stage on(app);
    std::string cookie = cookie_of(on.get("/set/name/ann"));
    for (std::size_t at = 16; at < cookie.size() - 2; ++at) {
        std::string changed = cookie;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        CHECK(on.ask("GET /look", {}, changed).body == "{}");
    }
    on.loop.wall += 3'600'000;
    CHECK(on.ask("GET /look", {}, cookie).body == R"({"name":"ann"})");
    on.loop.wall += 1'000;
    CHECK(on.ask("GET /look", {}, cookie).body == "{}");
    on.loop.wall -= 4'000'000;
    CHECK(on.ask("GET /look", {}, cookie).body == "{}");
}

TEST_CASE("a key is replaced without anybody being logged out, and cookies of other names are worth nothing") {
    app before = made({.keys = {key}});
    app during = made({.keys = {other, key}});
    app after = made({.keys = {other}});
    app elsewhere = made({.keys = {key}, .cookie = "visit"});
    std::string old_cookie;
    {
        stage on(before);
        old_cookie = cookie_of(on.get("/set/name/ann"));
    }
    std::string new_cookie;
    {
        stage on(during);
        heard answer = on.ask("GET /set/n/1", {}, old_cookie);
        CHECK(answer.body == R"({"name":"ann","n":"1"})");
        new_cookie = cookie_of(answer);
    }
    {
        stage on(after);
        CHECK(on.ask("GET /look", {}, old_cookie).body == "{}");
        CHECK(on.ask("GET /look", {}, new_cookie).body == R"({"name":"ann","n":"1"})");
    }
    stage on(elsewhere);
    std::string renamed = old_cookie;
    renamed.replace(8, 7, "visit");
    CHECK(on.ask("GET /look", {}, renamed).body == "{}");
}

TEST_CASE("hostile cookies: planted before the good one, huge, signed but no object") {
    app app = made({.keys = {key}});
    stage on(app);
    std::string good = cookie_of(on.get("/set/name/ann")).substr(8);
    CHECK(on.ask("GET /look", {}, "cookie: session=planted; " + good).body == R"({"name":"ann"})");
    CHECK(on.ask("GET /look", {}, "cookie: session=" + std::string(10'000, 'A') + "\r\n").body == "{}");
    signer same({key}, "session.session");
    for (std::string_view payload : {"", "null", "7", "[1]", "\"x\"", "{", "{\"a\":\xff}", "\xff"}) {
        std::string text = same.sign(payload, on.loop.wall / 1000);
        CHECK(on.ask("GET /look", {}, "cookie: session=" + text + "\r\n").body == "{}");
    }
    std::string deep = "{\"a\":" + std::string(700, '[') + std::string(700, ']') + "}";
    CHECK(on.ask("GET /look", {}, "cookie: session=" + same.sign(deep, on.loop.wall / 1000) + "\r\n").status == 200);
}

TEST_CASE("a session that fits into no cookie is the handler's mistake, and said to the log") {
    app app = made({.keys = {key}});
    stage on(app);
    CHECK(on.get("/big").status == 500);
    CHECK(on.errors.find("does not fit into a cookie") != std::string::npos);
}

TEST_CASE("W14: keys that can be guessed, and cookies that could not be sent, are refused when the app is made") {
    CHECK_THROWS_AS(sessions({}), std::logic_error);
    CHECK_THROWS_AS(sessions({.keys = {"secret"}}), std::logic_error);
    CHECK_THROWS_AS(sessions({.keys = {key}, .cookie = "a b"}), std::invalid_argument);
    CHECK_THROWS_AS(sessions({.keys = {key}, .same_site = same_site::none}), std::invalid_argument);
    CHECK_THROWS_AS(sessions({.keys = {key}, .cookie = "__Host-s"}), std::invalid_argument);
    app app = made({.keys = {key}, .cookie = "__Host-s", .max_age = std::nullopt, .https_only = true});
    stage on(app);
    std::string set = on.get("/set/a/b").field("set-cookie");
    CHECK(set.substr(set.find(';')) == "; HttpOnly; Path=/; SameSite=lax; Secure");
}

TEST_CASE("a handler that takes a session without the middleware is told so") {
    app app;
    app.get("/", [](session& visit) -> task<json> { co_return visit.values(); });
    stage on(app);
    CHECK(on.get("/").status == 500);
    CHECK(on.errors.find("app.use(sessions(") != std::string::npos);
}
