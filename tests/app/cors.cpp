#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/cors.hpp>

#include <app/cors_of_starlette.hpp>
#include <app/stage.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

const cors& configured(std::size_t number) {
    static const std::vector<cors> all = [] {
        reporter before = set_reporter([](std::string_view, const std::source_location&) noexcept {});
        std::vector<cors> made;
        made.push_back(cors({}));
        made.push_back(cors({.allow_origins = {"https://a.example"}}));
        made.push_back(cors({.allow_origins = {"*"}}));
        made.push_back(cors({.allow_origins = {"*"}, .allow_credentials = true}));
        made.push_back(cors({.allow_origins = {"https://a.example", "https://b.example"},
                             .allow_methods = {"*"},
                             .allow_headers = {"*"},
                             .allow_credentials = true,
                             .expose_headers = {"X-A", "X-B"},
                             .max_age = 5}));
        made.push_back(cors({.allow_origins = {"*"},
                             .allow_methods = {"GET", "POST"},
                             .allow_headers = {"X-Key", "authorization", "Accept"},
                             .expose_headers = {"X-A"}}));
        made.push_back(cors({.allow_origins = {"https://a.example", "null"},
                             .allow_credentials = true,
                             .allow_private_network = true}));
        made.push_back(cors({.allow_origins = {"https://a.example"},
                             .allow_methods = {"PUT"},
                             .allow_origin_regex = R"(https://[a-z]+\.b\.example)"}));
        set_reporter(before);
        return made;
    }();
    return all.at(number);
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> out;
    for (;;) {
        std::size_t end = text.find(at);
        out.push_back(text.substr(0, end));
        if (end == text.npos) return out;
        text.remove_prefix(end + 1);
    }
}

void replace(std::string& in, std::string_view long_form, std::string_view short_form) {
    if (in == long_form) in = short_form;
}

struct question {
    http::request_head head;
    std::string_view vary = "-";
};

question ask(std::string_view method, std::initializer_list<http::field> fields) {
    question made;
    made.head.method_text = method;
    made.head.method = http::method_from(method);
    for (const http::field& each : fields)
        if (each.value != "-") made.head.fields.push_back(each);
    return made;
}

std::string answer_of(const cors& tested, const question& asked) {
    response reply(200, "hi");
    if (asked.vary != "-") reply.headers.add("vary", asked.vary);
    if (auto settled = tested.preflight(asked.head))
        reply = *settled;
    else
        tested.mark(asked.head, reply.headers);
    std::vector<std::string> lines;
    for (auto& [name, value] : reply.headers) {
        std::string shown(value);
        replace(shown,
                "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
                "Access-Control-Request-Private-Network",
                "(4)");
        replace(shown, "", "(empty)");
        replace(shown, "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY", "(all)");
        replace(shown, "Accept, Accept-Language, Content-Language, Content-Type", "(safe)");
        std::string short_name(name);
        if (short_name.starts_with("access-control-")) short_name.replace(0, 15, "ac-");
        lines.push_back("  " + short_name + ": " + shown + "\n");
    }
    std::sort(lines.begin(), lines.end());
    std::string out = "< " + std::to_string(reply.status) + " " + reply.body + "\n";
    for (const std::string& line : lines) out += line;
    return out;
}

}  // namespace

TEST_CASE("168 questions are answered as by Starlette") {
    int compared = 0;
    std::string_view rest = cors_of_starlette;
    rest = rest.substr(rest.find("> "));
    while (!rest.empty()) {
        std::size_t end = std::min(rest.find("\n> "), rest.size() - 1) + 1;
        std::string_view sample = rest.substr(2, end - 2);
        rest.remove_prefix(end);
        std::size_t line = sample.find('\n');
        auto words = split(sample.substr(0, line), '|');
        REQUIRE(words.size() == 7);
        CAPTURE(sample);
        question asked = ask(words[1], {{"origin", words[2]},
                                        {"access-control-request-method", words[3]},
                                        {"access-control-request-headers", words[4]},
                                        {"access-control-request-private-network", words[5]}});
        asked.vary = words[6];
        ++compared;
        if (words[0] == "3" && words[2] == "null") continue;  // W12, below
        CHECK(answer_of(configured(static_cast<std::size_t>(words[0][0] - '0')), asked) == sample.substr(line + 1));
    }
    CHECK(compared == 168);
}

TEST_CASE("W12: * with credentials is reported when the app is made, and null is not everybody") {
    static std::string heard;
    heard.clear();
    reporter before = set_reporter([](std::string_view text, const std::source_location&) noexcept { heard = text; });
    cors open({.allow_origins = {"*"}, .allow_credentials = true});
    set_reporter(before);
    CHECK(heard.find("every site can act as the user") != heard.npos);

    CHECK(answer_of(open, ask("GET", {{"origin", "null"}})) ==
          "< 200 hi\n  ac-allow-credentials: true\n  vary: Origin\n");
    CHECK(answer_of(open, ask("OPTIONS", {{"origin", "null"}, {"access-control-request-method", "GET"}}))
              .starts_with("< 400 Disallowed CORS origin\n"));
    // Who names it, wants it.
    set_reporter([](std::string_view, const std::source_location&) noexcept {});
    cors named({.allow_origins = {"*", "null"}, .allow_credentials = true});
    set_reporter(before);
    CHECK(answer_of(named, ask("GET", {{"origin", "null"}})) ==
          "< 200 hi\n  ac-allow-credentials: true\n  ac-allow-origin: null\n  vary: Origin\n");
}

TEST_CASE("W12: every answer that depends on the origin says so in Vary") {
    for (std::size_t config = 0; config < 8; ++config)
        for (std::string_view origin : {"-", "https://a.example", "https://evil.example"})
            for (std::string_view method : {"GET", "OPTIONS"}) {
                std::string answer = answer_of(
                    configured(config), ask(method, {{"origin", origin}, {"access-control-request-method", "GET"}}));
                CHECK((answer.find("vary: Origin") != answer.npos || answer.find("vary: (4)") != answer.npos));
            }
}

TEST_CASE("Vary fields that are there become one, and what the handler said of CORS is overruled") {
    http::field_list answer;
    answer.add("vary", "Accept");
    answer.add("access-control-allow-origin", "https://evil.example");
    answer.add("Vary", "Cookie");
    configured(1).mark(ask("GET", {{"origin", "https://a.example"}}).head, answer);
    CHECK(answer.wire() == "access-control-allow-origin: https://a.example\r\nvary: Accept, Cookie, Origin\r\n");
}

TEST_CASE("an origin that no browser sends is refused when the app is made, with what would be right") {
    auto refusal = [](std::string origin) -> std::string {
        try {
            cors made({.allow_origins = {std::move(origin)}});
        } catch (const std::logic_error& error) {
            return error.what();
        }
        return {};
    };
    CHECK(refusal("https://example.com/") ==
          "coracle: cors: the origin 'https://example.com/': an origin has no path and no slash at its end, as in "
          "https://example.com");
    CHECK(refusal("https://example.com/app").find("no path") != std::string::npos);
    CHECK(refusal("example.com").find("begins with its scheme") != std::string::npos);
    CHECK(refusal("https://").find("begins with its scheme") != std::string::npos);
    CHECK(refusal("").find("begins with its scheme") != std::string::npos);
    CHECK(refusal("https://*.example.com").find("allow_origin_regex") != std::string::npos);
    for (const char* good : {"*", "null", "https://example.com", "http://localhost:5173", "http://[::1]:8000",
                             "capacitor://localhost", "chrome-extension://abcdef"})
        CHECK(refusal(good).empty());
}

TEST_CASE("hostile preflights are refused, whatever they send, and cost no more than their length") {
    const cors& tested = configured(4);
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += "x,";
    std::string answer = answer_of(configured(1), ask("OPTIONS", {{"origin", "https://a.example"},
                                                                  {"access-control-request-method", "GET"},
                                                                  {"access-control-request-headers", many}}));
    CHECK(answer.starts_with("< 400 Disallowed CORS headers\n"));
    // The first of several fields counts, as everywhere.
    answer = answer_of(tested, ask("GET", {{"origin", "https://evil.example"}, {"origin", "https://a.example"}}));
    CHECK(answer.find("ac-allow-origin") == answer.npos);
    for (std::string_view origin : {"https://a.example.evil.example", "https://a.example:443", "https://a.example ",
                                    "HTTPS://a.example", "https://a.example\xc3\xa9", "\xff\xfe"})
        CHECK(answer_of(tested, ask("GET", {{"origin", origin}})).find("ac-allow-origin") == std::string::npos);
}

TEST_CASE("a browser reads every answer of an allowed origin: of handlers, 404, 405, 422, thrown errors and 500") {
    app app;
    app.use(cors({.allow_origins = {"https://a.example"}, .allow_methods = {"GET", "POST"}}));
    app.get("/", []() -> task<json> { co_return json{{"ok", true}}; });
    app.post("/", []() -> task<json> {
        throw http_error(403, "No");
        co_return json();
    });
    app.get("/items/{id}", [](int) -> task<json> { co_return json(); });
    app.get("/broken", []() -> task<json> {
        throw std::runtime_error("x");
        co_return json();
    });
    stage on(app);
    const std::string origin = "origin: https://a.example\r\n";
    auto status_of = [&](std::string_view line) {
        heard answer = on.ask(line, {}, origin);
        CHECK(answer.field("access-control-allow-origin") == "https://a.example");
        CHECK(answer.field("vary") == "Origin");
        return answer.status;
    };
    CHECK(status_of("GET /") == 200);
    CHECK(status_of("HEAD /") == 200);
    CHECK(status_of("POST /") == 403);
    CHECK(status_of("GET /nowhere") == 404);
    CHECK(status_of("DELETE /") == 405);
    CHECK(status_of("GET /items/x") == 422);
    CHECK(status_of("GET /broken") == 500);
    CHECK(status_of("OPTIONS /") == 204);
    CHECK(on.get("/").field("access-control-allow-origin").empty());
    // A preflight never gets as far as the routes.
    heard answer = on.ask("OPTIONS /nowhere", {}, origin + "access-control-request-method: POST\r\n");
    CHECK(answer.status == 200);
    CHECK(answer.body == "OK");
    CHECK(answer.field("content-type") == "text/plain; charset=utf-8");
    CHECK(answer.field("access-control-allow-methods") == "GET, POST");
    answer = on.ask("OPTIONS /", {}, origin + "access-control-request-method: PATCH\r\n");
    CHECK(answer.status == 400);
    CHECK(answer.body == "Disallowed CORS method");
}

TEST_CASE("a regular expression fits the whole origin or not at all, and takes linear time") {
    cors tested({.allow_origin_regex = "https://a|https://(a+)+"});
    auto allowed = [&](std::string_view origin) {
        return answer_of(tested, ask("GET", {{"origin", origin}})).find("ac-allow-origin") != std::string::npos;
    };
    CHECK(allowed("https://a"));
    CHECK(allowed("https://aaaa"));
    CHECK(!allowed("https://ab"));
    CHECK(!allowed("xhttps://a"));
    CHECK(!allowed("https://a\xff"));
    CHECK(!allowed("https://" + std::string(10'000, 'a') + "b"));
    CHECK_THROWS_AS(cors({.allow_origin_regex = "("}), std::invalid_argument);
}

TEST_CASE("a redirect to the path with the other slash carries the fields too, and a preflight is not redirected") {
    app app;
    app.use(cors({.allow_origins = {"https://a.example"}}));
    app.get("/items", []() -> task<json> { co_return json(); });
    stage on(app);
    const std::string origin = "origin: https://a.example\r\n";
    heard answer = on.ask("GET /items/?a=b", {}, origin);
    CHECK(answer.status == 307);
    CHECK(answer.field("location") == "/items?a=b");
    CHECK(answer.field("access-control-allow-origin") == "https://a.example");
    CHECK(on.ask("OPTIONS /items/", {}, origin + "access-control-request-method: GET\r\n").body == "OK");
    CHECK(on.ask("GET /nowhere/", {}, origin).status == 404);
}
