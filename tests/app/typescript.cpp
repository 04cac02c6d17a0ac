#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/api_key.hpp>
#include <coracle/app/bearer.hpp>
#include <coracle/app/form.hpp>
#include <coracle/app/header.hpp>
#include <coracle/app/typescript.hpp>
#include <coracle/app/upload_field.hpp>
#include <coracle/server/stored_file.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

struct item {
    std::string name;
    std::optional<int> size;
};
struct login {
    std::string user;
};
struct profile {
    std::string name;
    upload_file picture;
    std::optional<upload_file> more;
};
enum class kind : int { tool, toy };

/// What stands between the first `from` and the next `to`.
std::string between(const std::string& text, std::string_view from, std::string_view to) {
    std::size_t begin = text.find(from);
    if (begin == text.npos) return "nothing";
    return text.substr(begin, text.find(to, begin) - begin);
}

}  // namespace

TEST_CASE("an empty app has a client without methods") {
    app bare({.title = "A\nB"});
    std::string text = bare.typescript();
    CHECK(text.starts_with("// A B 0.1.0: a client, printed from the app's OpenAPI document."));
    CHECK(text.find("export type ApiKeyName = never;") != text.npos);
    CHECK(text.ends_with("  }\n}\n"));
}

TEST_CASE("structs are interfaces, enums are unions") {
    app told;
    told.post("/{sort}", [](kind, item in) -> task<item> { co_return in; });
    std::string text = told.typescript();
    CHECK(between(text, "export interface item", "\n\n") ==
          "export interface item {\n  name: string;\n  size?: number | null;\n}");
    CHECK(between(text, "export type kind", "\n") == "export type kind = \"tool\" | \"toy\";");
}

TEST_CASE("an operation is a method with what it needs") {
    app told;
    told.put("/items/{id}{?full=false}", {.operation_id = "change"},
             [](int, bool, header<"if-match">, item in) -> task<item> { co_return in; });
    CHECK(between(told.typescript(), "  async change", "\n  }\n") ==
          "  async change(args: { path: { id: number }; query?: { full?: boolean }; headers: { \"if-match\": string }; "
          "body: item }, init?: RequestInit): Promise<item> {\n"
          "    return (await send(this.#options, { method: \"PUT\", path: `/items/${encode(args.path[\"id\"])}`, "
          "query: args.query, headers: args.headers, body: args.body, media: \"application/json\" }, init)) as item;");
}

TEST_CASE("arguments may be left out when nothing is required") {
    app told;
    told.get("/a{?q}", [](std::optional<int>) -> task<> { co_return; });
    told.get("/b", []() -> task<std::string> { co_return ""; });
    std::string text = told.typescript();
    CHECK(between(text, "  async get_a", "\n  }\n") ==
          "  async get_a(args?: { query?: { q?: number } }, init?: RequestInit): Promise<void> {\n"
          "    (await send(this.#options, { method: \"GET\", path: `/a`, query: args?.query }, init));");
    CHECK(between(text, "  async get_b", ": {").starts_with("  async get_b(init?: RequestInit): Promise<string> {"));
}

TEST_CASE("credentials go to the operations that want them") {
    app told;
    told.get("/a", [](bearer_token, api_key_header<"x-key">) -> task<> { co_return; });
    std::string text = told.typescript();
    CHECK(text.find("export type ApiKeyName = \"APIKeyHeader\";") != text.npos);
    CHECK(text.find("\"HTTPBearer\": { kind: \"bearer\", name: \"authorization\" }") != text.npos);
    CHECK(text.find("\"APIKeyHeader\": { kind: \"header\", name: \"x-key\" }") != text.npos);
    CHECK(text.find("security: [{\"HTTPBearer\":[],\"APIKeyHeader\":[]}]") != text.npos);
}

TEST_CASE("a form is sent as a form") {
    app told;
    told.post("/login", [](form<login>) -> task<> { co_return; });
    CHECK(told.typescript().find("media: \"application/x-www-form-urlencoded\"") != std::string::npos);
}

TEST_CASE("a file in a form is a File or a Blob, and parts that nobody names are FormData") {
    app told;
    told.post("/one", [](upload_file, form_field<"name"> name, form_field<"n", int, 5>) -> task<std::string> {
        co_return *name;
    });
    told.post("/many", [](std::vector<upload_file>) -> task<> { co_return; });
    told.post("/profile", [](form<profile>) -> task<> { co_return; });
    told.post("/hand", [](multipart_form) -> task<> { co_return; });
    std::string text = told.typescript();
    CHECK(between(text, "  async post_one", ", init?") ==
          "  async post_one(args: { body: {\n    file: File | Blob;\n    name: string;\n    n?: number;\n  } }");
    CHECK(between(text, "  async post_many", ", init?").find("files?: (File | Blob)[];") != text.npos);
    CHECK(between(text, "export interface profile", "\n\n") ==
          "export interface profile {\n  name: string;\n  picture: File | Blob;\n  more?: File | Blob | null;\n}");
    CHECK(between(text, "  async post_hand", ", init?") == "  async post_hand(args: { body: FormData }");
    CHECK(between(text, "  async post_profile", "\n  }\n").find("media: \"multipart/form-data\"") != text.npos);
}

TEST_CASE("a path is a template that its own text cannot leave") {
    app told;
    told.get(runtime_pattern("/a`$\\/{b}"), [](std::string) -> task<> { co_return; });
    CHECK(told.typescript().find("path: `/a\\`\\$\\\\/${encode(args.path[\"b\"])}`") != std::string::npos);
}
