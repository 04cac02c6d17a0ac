// What:  how a handler says no, and what the client sees when a handler fails.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 05_errors.cpp -o errors -pthread && ./errors
// Try:   curl -i http://127.0.0.1:8000/users/9   and   curl -i http://127.0.0.1:8000/oops
// Next:  06_headers_and_cookies.cpp takes values from the rest of the head.
#include <coracle.hpp>
#include <map>
using namespace coracle;

int main() {
    app app;
    std::map<int, std::string> users{{1, "Alice"}, {2, "Bob"}};
    app.get("/users/{id}", [&](int id) -> task<json> {
        auto found = users.find(id);
        if (found == users.end()) throw http_error(404, "User not found");
        co_return json{{"id", id}, {"name", found->second}};
    });
    app.get("/oops", []() -> task<json> {
        throw std::runtime_error("the log tells, the client does not");
        co_return json();
    });
    return app.run({.port = 8000});
}
