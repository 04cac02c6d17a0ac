// What:  what the app says of itself: the OpenAPI document, the page /docs, and a client in TypeScript.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 25_openapi.cpp -o openapi -pthread && ./openapi
// Try:   http://127.0.0.1:8000/docs in a browser   and   curl http://127.0.0.1:8000/client.ts
// Next:  26_streaming.cpp sends and takes what is too large for the memory.
#include <coracle.hpp>
using namespace coracle;

enum class size : int { small, large };
struct tea {
    checked<std::string, min_length<1>> name;
    size cup = size::small;
};
struct problem {
    std::string detail;
};

// Beside the type: what its members cannot say.
void describe(schema_notes<tea>& notes) {
    notes.description("Something to drink.");
    notes.field(&tea::name).example("Oolong");
}

int main() {
    app app({.title = "Teas", .version = "1.0.0"});
    app.get("/teas/{id}",
            {.name = "read_tea", .tags = {"teas"}, .responses = {{"404", response_model<problem>("No such tea")}}},
            [](int id) -> task<tea> {
                if (id != 1) throw http_error(404, "No such tea");
                co_return tea{"Oolong", size::large};
            });
    app.get("/client.ts", {.include_in_schema = false}, [&]() -> task<std::string> { co_return app.typescript(); });
    return app.run({.port = 8000});
}
