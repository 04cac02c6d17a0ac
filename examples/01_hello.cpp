// What:  a web server in ten lines: one route, answered with JSON.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 01_hello.cpp -o hello -pthread && ./hello
// Try:   curl -i http://127.0.0.1:8000/   and   curl -i http://127.0.0.1:8000/nowhere
// Next:  02_path_parameters.cpp takes values from the path.
#include <coracle.hpp>
using namespace coracle;

int main() {
    app app;
    app.get("/", []() -> task<json> { co_return json{{"message", "Hello, world!"}}; });
    return app.run({.port = 8000});
}
