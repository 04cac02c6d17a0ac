#include <doctest/doctest.h>

#include <coracle/app/api_key.hpp>
#include <coracle/app/app.hpp>
#include <coracle/app/basic_auth.hpp>
#include <coracle/app/bearer.hpp>
#include <coracle/app/credential.hpp>
#include <coracle/app/digest_auth.hpp>
#include <coracle/app/oauth2.hpp>

#include <app/credentials_of_fastapi.hpp>
#include <app/stage.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> out;
    for (;;) {
        std::size_t end = text.find(at);
        out.push_back(text.substr(0, end));
        if (end == text.npos) return out;
        text.remove_prefix(end + 1);
    }
}

template <class C>
json shown(const C& sent) {
    if constexpr (requires { sent.username; })
        return json::array({json(sent.username), json(sent.password)});
    else
        return json(*sent);
}
/// The route of the golden table: it answers what it got.
template <class C>
void add(app& to, const std::string& path) {
    to.get(runtime_pattern("/" + path), [](C sent) -> task<json> { co_return shown(sent); });
    to.get(runtime_pattern("/" + path + "-opt"), [](std::optional<C> sent) -> task<json> {
        if (!sent) co_return json();
        co_return shown(*sent);
    });
}

// A credential of a user's own.
class badge {
public:
    explicit badge(int made) : number(made) {}
    int number;
    static std::optional<badge> find(const request& asked) {
        std::string_view text = asked.headers["x-badge"];
        if (text.empty()) return std::nullopt;
        if (text == "stolen") throw http_error(403, "Stolen");
        return badge(static_cast<int>(text.size()));
    }
    static std::string challenge() { return "Badge"; }
};

}  // namespace

TEST_CASE("every Authorization is answered as by FastAPI, for every scheme") {
    app app;
    add<bearer_token>(app, "bearer");
    add<basic_credentials>(app, "basic");
    add<oauth2_password_bearer<"token">>(app, "oauth");
    add<oauth2_code_bearer<"a", "t">>(app, "code");
    add<open_id_connect<"u">>(app, "openid");
    add<digest_credentials>(app, "digest");
    stage on(app);
    int compared = 0;
    for (std::string_view row : split(credentials_of_fastapi, '\n')) {
        if (row.empty()) continue;
        auto words = split(row, '|');
        REQUIRE(words.size() == 5);
        CAPTURE(row);
        std::string field = words[1] == "-" ? "" : "authorization: " + std::string(words[1]) + "\r\n";
        heard answer = on.ask("GET " + std::string(words[0]), {}, field);
        std::string told = std::to_string(answer.status) + "|";
        told += answer.field("www-authenticate").empty() ? "-" : answer.field("www-authenticate");
        told += "|" + answer.body;
        ++compared;
        // Better: UTF-8 is understood, RFC 7617 2.1. Theirs is ASCII.
        if (words[0].starts_with("/basic") && words[1] == "Basic w6Rubjpww6Rzcw==") {
            CHECK(told == "200|-|[\"\xc3\xa4nn\",\"p\xc3\xa4ss\"]");
            continue;
        }
        CHECK(told == std::string(words[2]) + "|" + std::string(words[3]) + "|" + std::string(words[4]));
    }
    CHECK(compared == 207);
}

TEST_CASE("without credentials the body is not asked for, and other mistakes do not count") {
    app app;
    app.post("/items/{id}", [](int id, bearer_token, json body) -> task<json> {
        co_return json{{"id", id}, {"body", std::move(body)}};
    });
    stage on(app);
    on.body_late = true;  // who waits for it, moves
    heard answer = on.ask("POST /items/x", "{\"no", "content-type: application/json\r\n");
    CHECK(answer.status == 401);
    CHECK(answer.body == R"({"detail":"Not authenticated"})");
    CHECK(answer.field("www-authenticate") == "Bearer");
    answer = on.ask("POST /items/7", "{\"yes\":1}", "content-type: application/json\r\nauthorization: Bearer t\r\n");
    CHECK(answer.body == R"({"id":7,"body":{"yes":1}})");
    answer = on.ask("POST /items/x", "{}", "content-type: application/json\r\nauthorization: Bearer t\r\n");
    CHECK(answer.status == 422);
}

TEST_CASE("a handler's own type can be a credential, on the loop, on the pool and beside others") {
    app app;
    app.get("/loop", on_loop([](badge mine) { return mine.number; }));
    app.get("/pool", [](badge mine, std::optional<bearer_token> token) {
        return std::to_string(mine.number) + (token ? **token : "-");
    });
    stage on(app);
    CHECK(on.ask("GET /loop").status == 401);
    CHECK(on.ask("GET /loop").field("www-authenticate") == "Badge");
    CHECK(on.ask("GET /loop", {}, "x-badge: abc\r\n").body == "3");
    CHECK(on.ask("GET /loop", {}, "x-badge: stolen\r\n").status == 403);
    CHECK(on.ask("GET /pool", {}, "x-badge: ab\r\nauthorization: Bearer t\r\n").body == "2t");
    CHECK(on.ask("GET /pool", {}, "x-badge: ab\r\n").body == "2-");
}

TEST_CASE("two Authorization fields are none: whoever stands between may have looked at the other one") {
    http::fields fields;
    fields.push_back({"Authorization", "Bearer mine"});
    CHECK(authorization::of(fields)->rest == "mine");
    fields.push_back({"authorization", "Bearer planted"});
    CHECK(!authorization::of(fields));
    app app;
    add<bearer_token>(app, "bearer");
    add<open_id_connect<"u">>(app, "openid");
    stage on(app);
    for (std::string_view path : {"GET /bearer", "GET /openid"})
        CHECK(on.ask(path, {}, "authorization: Bearer a\r\nauthorization: Bearer a\r\n").status == 401);
}

TEST_CASE("a handler is called without a request, with credentials that the test makes") {
    auto handler = [](bearer_token token) { return "hello " + *token; };
    CHECK(handler(bearer_token("ann")) == "hello ann");
    auto login = [](basic_credentials who) { return who.username + who.password; };
    CHECK(login(basic_credentials("a", "b")) == "ab");
}
