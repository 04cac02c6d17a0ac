// What:  who is there: a login that gives a token, a dependency that knows its user, passwords and keys in the header.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 24_security.cpp -o security -pthread && ./security
// Try:   curl -d 'username=ann&password=green' http://127.0.0.1:8000/token   and curl -u staff:oolong .../stock
// Next:  25_openapi.cpp says what the app is: to people, and to programs.
#include <coracle.hpp>
using namespace coracle;

struct user {
    std::string name;
};

// A real key is made by secret_token(), and comes from outside of the program.
const jwt tokens("a-key-that-everybody-can-read-is-no-key");

task<user> current_user(oauth2_password_bearer<"token"> token) {
    auto claims = tokens.read(*token);
    if (!claims) throw http_error(401, "Could not validate credentials", {{"www-authenticate", "Bearer"}});
    co_return user{claims->at("sub").as_string()};
}

int main() {
    app app;
    app.post("/token", [](oauth2_password_form in) -> task<json> {
        if (in.username != "ann" || !secure_equal(in.password, "green"))
            throw http_error(400, "Wrong name or password");
        co_return json{{"access_token", tokens.sign({{"sub", in.username}}, std::chrono::minutes(15))},
                       {"token_type", "bearer"}};
    });
    app.get("/me", [](depends<current_user> me) -> task<user> { co_return *me; });
    app.get("/stock", [](basic_auth<"staff"> who) -> task<json> {
        if (!secure_equal(who.password, "oolong")) throw http_error(401, "No", {{"www-authenticate", who.challenge()}});
        co_return json{{"staff", who.username}, {"cups", 42}};
    });
    app.get("/feed", [](std::optional<api_key_header<"x-key">> key) -> task<json> {
        co_return json{{"tea", "new"}, {"price", key && secure_equal(**key, "partner") ? json(2.5) : json()}};
    });
    return app.run({.port = 8000});
}
