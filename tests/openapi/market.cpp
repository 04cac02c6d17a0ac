// A large app whose document three validators read, whose client tsc reads, and which schemathesis drives: every source
// of parameters, constraint, container and kind of answer. `market --openapi`, `market --ts`, `market PORT`.
#include <coracle.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

using namespace coracle;

namespace market {

enum class kind : unsigned char { tool, toy, book };
enum class order : unsigned char { rising, falling };

struct address {
    checked<std::string, min_length<1>, max_length<80>> street;
    std::string city = "Oslo";
    checked<std::string, pattern<"^[0-9]{4}$">> code = "0150";
};
void describe(schema_notes<address>& notes) {
    notes.description("Where something is sent.").example(json{{"street", "Storgata 1"}});
    notes.field(&address::code).description("Four digits.").example("0150");
}

struct part {
    std::string name;
    std::vector<part> parts = {};
    std::unique_ptr<part> spare;
};

struct everything {
    bool flag = false;
    std::int8_t tiny = 1;
    std::uint16_t port = 80;
    std::int64_t wide = -1;
    checked<int, minimum<1>, maximum<100>> share = 50;
    checked<int, exclusive_minimum<0>, exclusive_maximum<10>> digit = 5;
    checked<double, multiple_of<0.5>> halves = 1.5;
    checked<std::vector<int>, min_items<1>, max_items<5>, unique_items> few = std::vector<int>{1};
    float small = 0.5F;
    double price = 9.5;
    char letter = 'a';
    std::optional<std::string> note;
    std::optional<kind> maybe;
    kind sort = kind::toy;
    std::vector<std::string> tags;
    std::set<std::string> words;
    std::array<double, 3> where{1, 2, 3};
    std::tuple<int, std::string> pair{1, "a"};
    std::map<std::string, int> counts;
    std::map<std::string, address> places;
    std::variant<bool, std::string> either;
    std::optional<address> home;
    std::chrono::year_month_day day = std::chrono::year(2024) / 1 / 31;
    std::chrono::sys_seconds at = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000));
    std::chrono::seconds wait = std::chrono::seconds(90);
    json extra;
};

struct item {
    int id = 0;
    std::string name;
    kind sort = kind::tool;
};
struct new_item {
    checked<std::string, min_length<1>, max_length<40>> name;
    kind sort = kind::tool;
};
template <class T>
struct page {
    std::vector<T> items;
    int total = 0;
};
struct filter {
    checked<int, minimum<0>> skip = 0;
    checked<int, minimum<1>, maximum<100>> limit = 10;
    std::optional<kind> sort;
    order by = order::falling;
};
struct profile {
    checked<std::string, min_length<1>> name;
    upload_file picture;
};
struct credentials {
    checked<std::string, min_length<1>> user;
    checked<std::string, min_length<1>> password;
};
struct token {
    std::string access_token;
    std::string token_type = "bearer";
};
struct problem {
    json detail;
};
namespace other {
struct item {
    bool also_called_item;
};
}  // namespace other

std::string who(bearer_token token) {
    if (*token != "secret") throw http_error(401, "Not authenticated");
    return *token;
}

/// What is no UTF-8, as FastAPI says it.
json unreadable() { return {{"400", response_model<problem>("The body cannot be read")}}; }
json refused() { return {{"401", response_model<problem>("No valid credentials")}}; }

app make() {
    app market({.title = "Market",
                .version = "1.0.0",
                .summary = "Everything that a document can hold",
                .description = "Made to be checked by *others*.",
                .terms_of_service = "https://example.com/terms",
                .contact = {{"name", "Ann"}, {"url", "https://example.com"}, {"email", "ann@example.com"}},
                .license = {{"name", "MIT"}, {"identifier", "MIT"}},
                .servers = json::array({json{{"url", "https://market.example.org"}}}),
                .tags = json::array({json{{"name", "items"}, {"description", "What is sold"}},
                                     json{{"name", "people"}, {"description", "Who sells it"}},
                                     json{{"name", "sources"}, {"description", "Where values come from"}}}),
                .external_docs = {{"url", "https://example.com/docs"}}});

    router items("/items", {.tags = {"items"}});
    items.get("{?skip=0,limit=10,sort}", {.name = "list_items"},
              [](checked<int, minimum<0>>, checked<int, minimum<1>, maximum<100>>,
                 std::optional<kind>) -> task<page<item>> { co_return page<item>{}; });
    items.post("", {.status = 201, .name = "make_item", .responses = unreadable()}, [](new_item in) -> task<item> {
        item made{1, in.name, in.sort};
        co_return made;
    });
    items.get("/{id}", {.name = "read_item", .responses = {{"404", response_model<problem>("No such item")}}},
              [](int id) -> task<item> {
                  if (id < 0) throw http_error(404, "No such item");
                  item made{id, "hammer", kind::tool};
                  co_return made;
              });
    items.del("/{id}", {.name = "drop_item", .deprecated = true}, [](int) -> task<> { co_return; });
    market.include(items);

    router sources("/sources", {.tags = {"sources"}, .responses = unreadable()});
    sources.get("/path/{sort}/{day}/{flag}/{rest:path}",
                [](kind, std::chrono::year_month_day, bool, std::string) -> task<json> { co_return json::object(); });
    sources.get("/query", [](query<filter> q) -> task<filter> { co_return *q; });
    sources.get(
        "/list{?tag,number}",
        [](std::vector<std::string> tags, std::vector<int>) -> task<std::vector<std::string>> { co_return tags; });
    sources.get("/header",
                [](header<"x-depth", int, 3> depth, header<"x-word", std::optional<std::string>>) -> task<int> {
                    co_return *depth;
                });
    sources.get("/cookie", [](cookie<"theme", kind, kind::toy> theme) -> task<kind> { co_return *theme; });
    sources.post("/form", [](form<credentials>) -> task<token> { co_return token{"abc"}; });
    sources.post("/profile", [](form<profile> in) -> task<std::string> { co_return in->picture.filename; });
    sources.post("/files",
                 [](std::vector<upload_file> files, form_field<"note", checked<std::string, min_length<1>>> note)
                     -> task<std::string> { co_return **note + std::to_string(files.size()); });
    sources.post("/stream", [](multipart_form in) -> task<int> {
        int count = 0;
        while (auto part = co_await in.next()) ++count;
        co_return count;
    });
    sources.post("/everything", [](everything in) -> task<everything> { co_return in; });
    sources.post("/parts", [](part in) -> task<std::string> { co_return in.name; });
    sources.put("/maybe", [](std::optional<address>) -> task<std::optional<address>> { co_return std::nullopt; });
    sources.post("/many", [](std::vector<address> in) -> task<int> { co_return static_cast<int>(in.size()); });
    sources.post("/map",
                 [](std::map<std::string, new_item> in) -> task<std::map<std::string, new_item>> { co_return in; });
    sources.post("/json", [](json in) -> task<json> { co_return in; });
    sources.get("/hand/{id:int}{?q,size=1}", {.responses = {{"404", response_model<problem>("No number")}}},
                [](request&) -> task<response> { co_return response::text("by hand"); });
    sources.post("/same", [](other::item in) -> task<other::item> { co_return in; });
    market.include(sources);

    router people("/people", {.tags = {"people"}, .responses = refused()});
    people.get("/me", {.name = "me"}, [](depends<who> name) -> task<std::string> { co_return *name; });
    people.get("/basic", [](basic_credentials one) -> task<json> {
        if (one.password != "secret") throw http_error(401, "Not authenticated");
        co_return json::object();
    });
    people.get("/key", [](api_key_header<"x-key"> key) -> task<json> {
        if (*key != "secret") throw http_error(401, "Not authenticated");
        co_return json::object();
    });
    people.get("/guest", [](std::optional<bearer_token> one) -> task<bool> {
        if (one && **one != "secret") throw http_error(401, "Not authenticated");
        co_return one.has_value();
    });
    people.post(
        "/answers",
        {.status = 202,
         .responses = {{"409", response_model<problem>()}, {"400", response_model<problem>("The body cannot be read")}},
         .extra = {{"x-note", "n"}}},
        [](credentials in) -> task<token> {
            if (in.password == "taken") throw http_error(409, "Taken");
            co_return token{"abc"};
        });
    market.include(people);
    market.get("/", []() -> task<json> { co_return json{{"message", "Hello"}}; });
    return market;
}

}  // namespace market

int main(int argc, char** argv) {
    app app = market::make();
    std::string_view wish = argc > 1 ? argv[1] : "0";
    if (wish == "--openapi" || wish == "--ts") {
        std::fputs((wish == "--ts" ? app.typescript() : app.openapi().dump(2) + "\n").c_str(), stdout);
        return 0;
    }
    return app.run({.port = std::atoi(argv[1]), .access_log = false});
}
