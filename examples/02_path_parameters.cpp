// What:  values from the path, converted to the types that the handler asks for.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 02_path_parameters.cpp -o path -pthread && ./path
// Try:   curl http://127.0.0.1:8000/users/7   and   curl http://127.0.0.1:8000/users/seven
// Next:  03_query_parameters.cpp takes values from behind the question mark.
#include <coracle.hpp>
using namespace coracle;

enum class size { small, medium, large };

int main() {
    app app;
    app.get("/users/me", []() -> task<json> { co_return json{{"user", "the one who asks"}}; });
    app.get("/users/{id}", [](int id) -> task<json> { co_return json{{"user", id}}; });
    app.get("/cups/{size}/{count}",
            [](size cup, int count) -> task<json> { co_return json{{"cup", cup}, {"count", count}}; });
    app.get("/files/{name:path}", [](std::string name) -> task<std::string> { co_return "the file " + name + "\n"; });
    return app.run({.port = 8000});
}
