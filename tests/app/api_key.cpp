#include <doctest/doctest.h>

#include <coracle/app/api_key.hpp>
#include <coracle/app/app.hpp>

#include <app/stage.hpp>

#include <optional>
#include <string>

using namespace coracle;

namespace {
app made() {
    app made;
    made.get("/header", [](api_key_header<"x-key"> key) -> task<json> { co_return json(*key); });
    made.get("/query", [](api_key_query<"key"> key) -> task<json> { co_return json(*key); });
    made.get("/cookie", [](api_key_cookie<"key"> key) -> task<json> { co_return json(*key); });
    made.get("/any",
             [](std::optional<api_key_header<"x-key">> a, std::optional<api_key_query<"key">> b,
                std::optional<api_key_cookie<"key">> c) -> task<std::string> {
                 co_return (a ? **a : "-") + (b ? **b : "-") + (c ? **c : "-");
             });
    return made;
}
void refuses(const heard& answer) {
    CHECK(answer.status == 401);
    CHECK(answer.body == R"({"detail":"Not authenticated"})");
    CHECK(answer.field("www-authenticate") == "APIKey");
}
}  // namespace

TEST_CASE("a key comes from a header field, the query or a cookie; missing or empty it is 401 as in FastAPI") {
    app app = made();
    stage on(app);
    CHECK(on.ask("GET /header", {}, "x-key: abc\r\n").body == "\"abc\"");
    CHECK(on.ask("GET /header", {}, "X-KEY: abc\r\n").body == "\"abc\"");
    refuses(on.get("/header"));
    refuses(on.ask("GET /header", {}, "x-key:\r\n"));
    CHECK(on.get("/query?key=a%26b").body == "\"a&b\"");
    CHECK(on.get("/query?key=a&key=b").body == "\"b\"");
    CHECK(on.get("/query?key=%20+").body == "\"  \"");
    refuses(on.get("/query"));
    refuses(on.get("/query?key="));
    refuses(on.get("/query?KEY=abc"));
    CHECK(on.ask("GET /cookie", {}, "cookie: x=1; key=abc\r\n").body == "\"abc\"");
    refuses(on.get("/cookie"));
    refuses(on.ask("GET /cookie", {}, "cookie: key=\r\n"));
}

TEST_CASE("a handler may take any of several keys") {
    app app = made();
    stage on(app);
    CHECK(on.get("/any").body == "---");
    CHECK(on.ask("GET /any?key=q", {}, "x-key: h\r\ncookie: key=c\r\n").body == "hqc");
}

TEST_CASE("two fields of that name are none, and bytes beyond ASCII are text") {
    app app = made();
    stage on(app);
    refuses(on.ask("GET /header", {}, "x-key: a\r\nx-key: a\r\n"));
    CHECK(on.ask("GET /header", {}, "x-key: \xff\r\n").body == "\"\xc3\xbf\"");
    CHECK(on.ask("GET /cookie", {}, "cookie: key=\xe9\r\n").body == "\"\xc3\xa9\"");
    CHECK(on.get("/query?key=%ff").body == "\"\xef\xbf\xbd\"");
}

TEST_CASE("they say how they are documented") {
    CHECK(api_key_header<"x-key">::security_scheme().dump() == R"({"type":"apiKey","in":"header","name":"x-key"})");
    CHECK(api_key_query<"key">::security_scheme().dump() == R"({"type":"apiKey","in":"query","name":"key"})");
    CHECK(api_key_cookie<"key">::security_scheme().dump() == R"({"type":"apiKey","in":"cookie","name":"key"})");
    CHECK(api_key_header<"x-key">::security_name == "APIKeyHeader");
    CHECK(api_key_query<"key">::security_name == "APIKeyQuery");
    CHECK(api_key_cookie<"key">::security_name == "APIKeyCookie");
    CHECK(api_key_header<"x-key", "Partner">::security_name == "Partner");
}
