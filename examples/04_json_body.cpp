// What:  a plain struct is the JSON body, and a plain struct is the answer; every mistake is found before you see it.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 04_json_body.cpp -o body -pthread && ./body
// Try:   curl http://127.0.0.1:8000/items -H 'content-type: application/json' -d '{"name":"tea","price":2.5}'
// Next:  05_errors.cpp says no.
#include <coracle.hpp>
using namespace coracle;

struct item {
    std::string name;
    double price = 0;
    std::optional<std::string> note;
};
struct stored {
    int id = 0;
    item data;
};

int main() {
    app app;
    std::vector<stored> items;
    app.post("/items", [&](item in) -> task<stored> {
        items.push_back(stored{static_cast<int>(items.size()) + 1, in});
        co_return items.back();
    });
    app.get("/items", [&]() -> task<std::vector<stored>> { co_return items; });
    return app.run({.port = 8000});
}
