// twin: the coracle half of the twins, with the same routes in the same order as the FastAPI app in twin.py.
#include <coracle.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

using date = std::chrono::year_month_day;
using moment = std::chrono::sys_time<std::chrono::microseconds>;
using length_of_time = std::chrono::microseconds;

enum class model { alexnet, resnet, lenet };
enum class side { left, right };

struct item {
    std::string name;
    double price;
    std::optional<std::string> note;
};
struct box {
    int id;
    ::item item;
    std::vector<::item> items;
    std::set<std::string> tags;
    std::map<std::string, int> scores;
    model kind;
};
struct scalars {
    std::optional<int> i;
    std::optional<double> f;
    std::optional<bool> b;
    std::optional<std::string> s;
    std::optional<model> m;
    std::optional<date> day;
    std::optional<moment> at;
    std::optional<length_of_time> length;
};
struct defaults {
    int count = 7;
    std::string kind = "tool";
    bool big = true;
};
struct many {
    std::optional<std::tuple<int, std::string>> pair;
    std::optional<std::variant<int, std::string>> either;
    std::optional<std::vector<int>> ints;
    std::optional<std::vector<std::vector<int>>> nested;
    std::optional<std::map<std::string, double>> table;
};

struct kinds {
    checked<decimal, max_digits<6, 2>> amount = decimal("1.50");
    std::optional<checked<decimal, minimum<0>, exclusive_maximum<1>>> share;
    std::optional<http_url> site;
    std::optional<email> mail;
};
struct Cat {
    literal<"cat", "lion"> kind;
    int lives;
};
struct Dog {
    literal<"dog"> kind;
    std::string name;
};
struct Item {
    std::string name;
    double price;
    std::optional<std::string> note;
};
struct shelter {
    std::vector<std::variant<Cat, Dog>> pets;
    std::optional<std::variant<Item, std::vector<int>, bool>> either;
};

void path_routes(app& app) {
    app.get("/users/me", on_loop([] { return json{{"user", "me"}}; }));
    app.get("/users/{user_id}", on_loop([](int user_id) { return json{{"user", user_id}}; }));
    app.get("/path/float/{value}", on_loop([](double value) { return json{{"value", value}}; }));
    app.get("/path/bool/{value}", on_loop([](bool value) { return json{{"value", value}}; }));
    app.get("/path/text/{value}", on_loop([](std::string value) { return json{{"value", value}}; }));
    app.get("/path/model/{value}", on_loop([](model value) { return json{{"value", value}}; }));
    app.get("/path/pair/{value}", on_loop([](side value) { return json{{"value", value}}; }));
    app.get("/path/date/{value}", on_loop([](date value) { return json{{"value", value}}; }));
    app.get("/path/time/{value}", on_loop([](moment value) { return json{{"value", value}}; }));
    app.get("/path/span/{value}", on_loop([](length_of_time value) { return json{{"value", value}}; }));
    app.get("/path/two/{first}/{second}",
            on_loop([](int first, double second) { return json{{"first", first}, {"second", second}}; }));
    app.get("/files/{name:path}", on_loop([](std::string name) { return json{{"name", name}}; }));
    app.get("/numbers/{value:int}", on_loop([](int value) { return json{{"value", value}}; }));
    app.get("/fractions/{value:float}", on_loop([](double value) { return json{{"value", value}}; }));
    app.get("/words/{value:str}/end", on_loop([](std::string value) { return json{{"value", value}}; }));
}

void query_routes(app& app) {
    app.get("/query/int{?n}", on_loop([](int n) { return json{{"n", n}}; }));
    app.get("/query/default{?skip=0,limit=10}",
            on_loop([](int skip, int limit) { return json{{"skip", skip}, {"limit", limit}}; }));
    app.get("/query/optional{?n}", on_loop([](std::optional<int> n) { return json{{"n", n}}; }));
    app.get("/query/float{?x}", on_loop([](double x) { return json{{"x", x}}; }));
    app.get("/query/bool{?on}", on_loop([](bool on) { return json{{"on", on}}; }));
    app.get("/query/bool-default{?on=false}", on_loop([](bool on) { return json{{"on", on}}; }));
    app.get("/query/text{?q}", on_loop([](std::string q) { return json{{"q", q}}; }));
    app.get("/query/text-optional{?q}", on_loop([](std::optional<std::string> q) { return json{{"q", q}}; }));
    app.get("/query/text-default{?q=tea}", on_loop([](std::string q) { return json{{"q", q}}; }));
    app.get("/query/model{?m}", on_loop([](model m) { return json{{"m", m}}; }));
    app.get("/query/model-default{?m=resnet}", on_loop([](model m) { return json{{"m", m}}; }));
    app.get("/query/date{?day}", on_loop([](date day) { return json{{"day", day}}; }));
    app.get("/query/time{?at}", on_loop([](moment at) { return json{{"value", at}}; }));
    app.get("/query/span{?length}", on_loop([](length_of_time length) { return json{{"value", length}}; }));
    app.get("/query/ints{?n}", on_loop([](std::vector<int> n) { return json{{"n", n}}; }));
    app.get("/query/texts{?q}", on_loop([](std::vector<std::string> q) { return json{{"q", q}}; }));
    app.get("/query/models{?m}", on_loop([](std::vector<model> m) { return json{{"m", m}}; }));
    app.get("/query/three/{a}{?b,c,d}", on_loop([](int a, int b, double c, std::optional<bool> d) {
                return json{{"a", a}, {"b", b}, {"c", c}, {"d", d}};
            }));
}

void body_routes(app& app) {
    app.post("/items", {.status = 201}, [](item in) -> task<item> { co_return in; });
    app.put("/items/{item_id}{?q}", [](int item_id, item in, std::optional<int> q) -> task<json> {
        co_return json{{"id", item_id}, {"item", in}, {"q", q}};
    });
    app.post("/boxes", [](box in) -> task<box> { co_return in; });
    app.post("/scalars", [](scalars in) -> task<scalars> { co_return in; });
    app.post("/defaults", [](defaults in) -> task<defaults> { co_return in; });
    app.post("/kinds", [](kinds in) -> task<kinds> { co_return in; });
    app.get("/kinds{?d,site,mail}",
            on_loop([](std::optional<decimal> d, std::optional<http_url> site, std::optional<email> mail) {
                return json{{"d", d.value_or("0.10")}, {"site", site}, {"mail", mail}};
            }));
    app.post("/shelter", [](shelter in) -> task<shelter> { co_return in; });
    app.post("/many", [](many in) -> task<many> { co_return in; });
    app.post("/list-of-items", [](std::vector<item> in) -> task<std::vector<item>> { co_return in; });
    app.post("/table", [](std::map<std::string, int> in) -> task<std::map<std::string, int>> { co_return in; });
    app.post("/anything", [](json in) -> task<json> { co_return in; });
    app.post("/maybe", [](std::optional<item> in) -> task<json> { co_return json{{"item", in}}; });
    app.patch("/items/{item_id}",
              [](int item_id, item in) -> task<json> { co_return json{{"id", item_id}, {"item", in}}; });
    app.del("/items", [](json_body<item> in) -> task<json> { co_return json{{"deleted", *in}}; });
}

void answer_routes(app& app) {
    app.get("/answer/text", []() -> task<std::string> { co_return "tea"; });
    app.get("/answer/html", []() -> task<response> { co_return response::html("<p>tea</p>"); });
    app.get("/answer/made", {.status = 201}, []() -> task<json> { co_return json{{"made", true}}; });
    app.get("/answer/nothing", []() -> task<> { co_return; });
    app.get("/answer/item", []() -> task<item> {
        co_return item{"gr\u00fcn \u20ac \U0001f375 \"quoted\" \\ / \x07\n", 3, std::nullopt};
    });
    app.get("/answer/numbers", []() -> task<json> {
        co_return json::array(
            {0, -1, 1.0, 1.5, 1e100, 1e-7, 123456789.125, 9007199254740993, 0.1, -0.0, 1e16, 1e15, 5e-324, 3.0e20});
    });
    app.get("/answer/redirect",
            []() -> task<response> { co_return response::redirect("/users/me?x=1&y=a b\u00fc%20"); });
    app.get("/answer/see-other", []() -> task<response> { co_return response::redirect("https://example.com/", 303); });
    app.get("/answer/cookie", []() -> task<response> {
        response made(200);
        made.set_cookie("session", "abc");
        co_return made;
    });
    app.get("/answer/cookie-full", []() -> task<response> {
        response made = response::text("tea");
        cookie_options strict;
        strict.max_age = 60s;
        strict.path = "/x";
        strict.domain = "example.com";
        strict.secure = strict.http_only = true;
        strict.same_site = same_site::strict;
        made.set_cookie("session", "abc", strict);
        cookie_options open;
        open.same_site = same_site::none;
        open.secure = true;
        made.set_cookie("b", "2", open);
        co_return made;
    });
    app.get("/answer/cookie-gone", []() -> task<response> {
        response made(200);
        made.delete_cookie("session");
        co_return made;
    });
    app.get("/answer/fields", []() -> task<response> {
        response made(202, "{}");
        made.headers.set("content-type", "application/tea+json");
        made.headers.set("x-tea", "green");
        made.headers.set("retry-after", "7");
        co_return made;
    });
    app.get("/answer/not-modified", []() -> task<response> { co_return response(304); });
}

[[noreturn]] void refuse(int kind) {
    switch (kind) {
        case 0:
            throw http_error(400, json{{"code", 7}, {"why", json::array({"a", nullptr, 1.5})}});
        case 1:
            throw http_error(409);
        case 2:
            throw http_error(418);
        case 3:
            throw http_error(400, json::array({"a", "b"}));
        case 4:
            throw http_error(503, "busy", {{"retry-after", "120"}});
        case 5:
            throw http_error(401, "Not authenticated", {{"www-authenticate", "Basic realm=\"tea\""}});
        case 6:
            throw http_error(304);
        case 7:
            throw http_error(204);
        case 8:
            throw http_error(400, "gr\u00fcn \u20ac");
        default:
            throw http_error(422, "no tea");
    }
}

void error_routes(app& app) {
    app.get("/error/404", []() -> task<json> {
        throw http_error(404, "User not found");
        co_return json();
    });
    app.get("/error/detail/{kind}", [](int kind) -> task<json> {
        refuse(kind);
        co_return json();
    });
    app.get("/error/500", []() -> task<json> {
        throw std::runtime_error("the log tells, the client does not");
        co_return json();
    });
}

void routing_routes(app& app) {
    app.get("/routing/plain", on_loop([] { return json{{"plain", true}}; }));
    app.get("/routing/slash/", on_loop([] { return json{{"slash", true}}; }));
    app.get("/routing/both", on_loop([] { return json{{"method", "GET"}}; }));
    app.post("/routing/both", on_loop([] { return json{{"method", "POST"}}; }));
    app.route({"GET", "POST", "PUT"}, "/routing/any",
              on_loop([](request& asked) { return json{{"method", asked.method_text}}; }));
    app.get("/routing/{first}/first", on_loop([](std::string first) { return json{{"first", first}}; }));
    app.get("/routing/first/{second}", on_loop([](std::string second) { return json{{"second", second}}; }));
    app.get("/CaseMatters", on_loop([] { return json{{"case", true}}; }));
}

struct login {
    std::string username;
    std::string password;
    std::optional<int> age;
    std::string theme = "light";
};
struct profile {
    std::string name;
    int age = 3;
    upload_file avatar;
    std::vector<upload_file> more;
};
struct only_these {
    using extra = forbidden;
    int limit = 10;
    std::optional<std::string> order;
};
struct bounded {
    checked<std::string, min_length<1>, max_length<3>> name;
    checked<double, exclusive_minimum<0>> price;
    checked<std::vector<std::string>, min_items<1>, max_items<2>> tags;
};

void header_routes(app& app) {
    app.get("/header/text", on_loop([](header<"x-token"> v) { return json{{"value", *v}}; }));
    app.get("/header/int", on_loop([](header<"x-depth", int> v) { return json{{"value", *v}}; }));
    app.get("/header/default", on_loop([](header<"x-depth", int, 10> v) { return json{{"value", *v}}; }));
    app.get("/header/optional",
            on_loop([](header<"x-token", std::optional<std::string>> v) { return json{{"value", *v}}; }));
    app.get("/header/list", on_loop([](header<"x-token", std::vector<std::string>> v) { return json{{"value", *v}}; }));
    app.get("/cookie/text", on_loop([](cookie<"session"> v) { return json{{"value", *v}}; }));
    app.get("/cookie/int", on_loop([](cookie<"visits", int, 0> v) { return json{{"value", *v}}; }));
    app.get("/cookie/optional",
            on_loop([](cookie<"ads", std::optional<std::string>> v) { return json{{"value", *v}}; }));
    app.get("/sources/{one}{?two}",
            on_loop([](int one, int two, header<"x-three", int> three, cookie<"four", int> four) {
                return json{{"sum", one + two + *three + *four}};
            }));
}

void form_routes(app& app) {
    app.post("/form/model", [](form<login> in) -> task<login> { co_return *in; });
    app.post("/form/fields", [](form_field<"email"> email, form_field<"age", std::optional<int>> age) -> task<json> {
        co_return json{{"email", *email}, {"age", *age}};
    });
    app.get("/query-model", [](query<only_these> q) -> task<only_these> { co_return *q; });
}

json names_of(const std::vector<upload_file>& files) {
    json names = json::array();
    for (const upload_file& each : files) names.push_back(json(each.filename));
    return names;
}
void upload_routes(app& app) {
    app.post("/upload/one", [](upload_file file) -> task<json> {
        auto text = co_await file.read();
        json type = file.content_type.empty() ? json() : json(file.content_type);
        co_return json{{"filename", file.filename}, {"type", type}, {"size", file.size}, {"text", text}};
    });
    app.post("/upload/optional",
             [](std::optional<upload_file> file) -> task<json> { co_return file ? json(file->filename) : json(); });
    app.post("/upload/many",
             [](form_field<"files", std::vector<upload_file>> files) -> task<json> { co_return names_of(*files); });
    app.post(
        "/upload/mixed",
        [](form_field<"file", upload_file> file, form_field<"name"> name, form_field<"n", int, 5> n) -> task<json> {
            co_return json{{"file", file->filename}, {"name", *name}, {"n", *n}};
        });
    app.post("/upload/model", [](form<profile> in) -> task<json> {
        co_return json{
            {"name", in->name}, {"age", in->age}, {"avatar", in->avatar.filename}, {"more", names_of(in->more)}};
    });
}

void checked_routes(app& app) {
    app.get("/checked/path/{n}", on_loop([](checked<int, minimum<1>, maximum<100>> n) { return json{{"value", n}}; }));
    app.get("/checked/number{?n}",
            on_loop([](checked<int, exclusive_minimum<0>, exclusive_maximum<10>> n) { return json{{"value", n}}; }));
    app.get("/checked/fraction{?x}",
            on_loop([](checked<double, minimum<0.5>, maximum<1.5>> x) { return json{{"value", x}}; }));
    app.get("/checked/step{?n}", on_loop([](checked<int, multiple_of<5>> n) { return json{{"value", n}}; }));
    app.get("/checked/text{?q}",
            on_loop([](checked<std::string, min_length<3>, max_length<5>> q) { return json{{"value", q}}; }));
    app.get("/checked/one{?q}",
            on_loop([](checked<std::string, min_length<1>, max_length<1>> q) { return json{{"value", q}}; }));
    app.get("/checked/pattern{?q}",
            on_loop([](checked<std::string, pattern<"^[a-z]+[0-9]?$">> q) { return json{{"value", q}}; }));
    app.post("/checked/body", [](bounded in) -> task<bounded> { co_return in; });
}

struct page_of {
    std::optional<std::string> q;
    int skip = 0;
    int limit = 100;
};
page_of paging(query<page_of> p) { return *p; }
std::string known_token(header<"x-token"> token) {
    if (*token != "secret") throw http_error(400, "X-Token header invalid");
    return *token;
}
task<std::string> twice(depends<known_token> token) { co_return *token + *token; }
generator<std::string> opened() { co_yield "open"; }

void depends_routes(app& app) {
    app.get("/depends/paging", [](depends<paging> p) -> task<page_of> { co_return *p; });
    app.get("/depends/token", [](depends<twice> token) -> task<json> { co_return json{{"value", *token}}; });
    app.get("/depends/yield", [](depends<opened> value) -> task<json> { co_return json{{"value", *value}}; });
    app.get("/depends/order/{n}", [](int n, depends<paging> p, depends<known_token> token) -> task<json> {
        co_return json{{"n", n}, {"p", *p}, {"token", *token}};
    });
}

void security_routes(app& app) {
    app.get("/security/bearer", on_loop([](bearer_token token) { return json{{"value", *token}}; }));
    app.get("/security/basic",
            on_loop([](basic_credentials who) { return json{{"user", who.username}, {"word", who.password}}; }));
    app.get("/security/oauth2", on_loop([](oauth2_password_bearer<"token"> token) { return json{{"value", *token}}; }));
    app.get("/security/key-header", on_loop([](api_key_header<"x-key"> key) { return json{{"value", *key}}; }));
    app.get("/security/key-query", on_loop([](api_key_query<"key"> key) { return json{{"value", *key}}; }));
    app.get("/security/key-cookie", on_loop([](api_key_cookie<"key"> key) { return json{{"value", *key}}; }));
    app.get("/security/optional",
            on_loop([](std::optional<bearer_token> token) { return json{{"value", token ? json(**token) : json()}}; }));
}

struct sold {};

app with_options(bool like_fastapi) {
    app_options options;
    options.like_fastapi = like_fastapi;
    return app(std::move(options));
}

void routes_around(app& app, bool like_fastapi) {
    app.on_error<sold>([](const sold&) {
        response made = response::json(json{{"message", "sold out"}}, 418);
        made.headers.set("retry-after", "60");
        return made;
    });
    app.get("/around/sold", []() -> task<json> {
        throw sold();
        co_return json();
    });
    app.get("/around/context", [](response_context& context) -> task<json> {
        context.status = 202;
        context.headers.set("retry-after", "5");
        context.set_cookie("seen", "1");
        co_return json{{"value", 1}};
    });
    app.get("/around/background", [](background_tasks& background) -> task<json> {
        background.add([] {});
        co_return json{{"message", "Email scheduled"}};
    });
    router inner("/inner");
    inner.get("/{n}", on_loop([](int n) { return json{{"inner", n}}; }));
    inner.get("", on_loop([] { return json{{"inner", "all"}}; }));
    router outer("/outer/{o}");
    outer.include(inner);
    app.include(outer, "/v1");
    app.include(inner, "/v2");

    coracle::app shared = with_options(like_fastapi);
    shared.use(cors({.allow_origins = {"https://good.example"},
                     .allow_methods = {"GET", "PUT"},
                     .allow_headers = {"X-Tea"},
                     .allow_credentials = true,
                     .expose_headers = {"X-Took", "X-More"}}));
    shared.get("/it", on_loop([] { return json{{"shared", true}}; }));
    shared.get("/fails", []() -> task<json> {
        throw http_error(403);
        co_return json();
    });
    shared.get("/breaks", []() -> task<json> {
        throw std::runtime_error("the log tells");
        co_return json();
    });
    app.mount("/shared", std::move(shared));
    coracle::app open = with_options(like_fastapi);
    open.use(cors({.allow_origins = {"*"}, .allow_methods = {"*"}, .allow_headers = {"*"}, .max_age = 7}));
    open.get("/it", on_loop([] { return json{{"public", true}}; }));
    app.mount("/public", std::move(open));
    coracle::app trusted = with_options(like_fastapi);
    trusted.use(trusted_host({.allowed_hosts = {"good.example", "*.good.example"}}));
    trusted.get("/it", on_loop([] { return json{{"trusted", true}}; }));
    app.mount("/trusted", std::move(trusted));
    coracle::app safe = with_options(like_fastapi);
    safe.use(https_redirect());
    safe.get("/it", on_loop([] { return json{{"safe", true}}; }));
    app.mount("/safe", std::move(safe));
}

}  // namespace

/// `twin like-fastapi`: with the option of that name.
int main(int count, char** words) {
    bool like_fastapi = count == 2 && std::string_view(words[1]) == "like-fastapi";
    app app = with_options(like_fastapi);
    path_routes(app);
    query_routes(app);
    body_routes(app);
    answer_routes(app);
    error_routes(app);
    routing_routes(app);
    header_routes(app);
    form_routes(app);
    upload_routes(app);
    checked_routes(app);
    depends_routes(app);
    security_routes(app);
    routes_around(app, like_fastapi);
    return app.run({.port = 0, .access_log = false});
}
