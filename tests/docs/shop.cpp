// shop: an app with the page /docs, for drive.py: `shop DOCUMENT.json`. The document is FastAPI's, and says much more
// than is served here.
#include <coracle.hpp>

#include <coracle/app/docs_page.hpp>
#include <coracle/base/base64.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

using namespace coracle;

namespace {

enum class shelf { boat, paddle, rope };
struct item {
    std::string name;
    shelf kind = shelf::boat;
    std::string price;
    std::optional<std::string> note;
};
struct stored {
    std::int64_t id = 0;
    item data;
};
struct heard {
    std::string method;
    std::string path;
    std::string query;
    std::vector<std::string> fields;
    std::string body;
};

task<response> tell(request& req) {
    heard out{std::string(req.method_text), std::string(req.target.path), std::string(req.target.query), {}, {}};
    for (auto& [name, value] : req.headers) out.fields.push_back(std::string(name) + ": " + std::string(value));
    out.body = co_await req.body.text();
    co_return response::json(out);
}

// A picture of one pixel.
constexpr std::string_view pixel =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

}  // namespace

int main(int count, char** words) {
    if (count != 2) return std::fprintf(stderr, "usage: shop DOCUMENT.json\n"), 2;
    std::ifstream file(words[1], std::ios::binary);
    std::string document{std::istreambuf_iterator<char>(file), {}};

    // What the page shows below /docs is a document that says more than this app does; its own is at /own.
    app app({.title = "Own", .openapi_url = "/own.json", .docs_url = "/own"});
    auto page = [](std::string_view address) {
        response out = response::html(docs_page("Shop & <script>alert(1)</script>", address));
        out.headers.set("content-security-policy", docs_page_policy);
        return out;
    };
    app.get("/docs", on_loop([=] { return page("/openapi.json"); }));
    app.get("/docs/{what}", on_loop([=](std::string what) { return page("/played/" + what); }));
    app.get("/openapi.json", on_loop([&] { return response(200, document, {{"content-type", "application/json"}}); }));
    app.get("/items{?skip=0,limit=10,kind}", [](int, int, std::optional<shelf>) -> task<std::vector<stored>> {
        co_return std::vector<stored>{{1, {"coracle", shelf::boat, "120.00", std::nullopt}}};
    });
    app.post("/items", {.status = 201}, [](request& req) -> task<response> {
        if (req.headers["authorization"] != "Bearer river")
            throw http_error(401, "Not authenticated", {{"www-authenticate", "Bearer"}});
        item in = co_await req.body.json<item>();
        // More than a double can say.
        co_return response::json(stored{9007199254740993, in}, 201);
    });
    app.get("/items/{item_id}", tell);
    app.route({"DELETE", "PUT"}, "/items/{item_id}", tell);
    app.post("/form", tell);
    app.post("/upload", tell);
    app.get("/files/{path:path}", tell);
    app.get("/picture",
            on_loop([] { return response(200, base64::decode(pixel).value(), {{"content-type", "image/png"}}); }));
    app.post("/token", [](request& req) -> task<response> {
        auto text = co_await req.body.text();
        bool good = text.find("username=me&password=right") != text.npos;
        if (!good) throw http_error(400, "Incorrect username or password");
        co_return response(200, R"({"access_token":"river","token_type":"bearer"})");
    });
    app.get("/health", on_loop([] { return response(200, "well\n"); }));
    return app.run({.port = 0});
}
