// expect: generator<> yields nothing
// lines: 24
// A generator that yields no value is no answer: it is a lifespan, or a dependency.
#include <coracle/app/app.hpp>

int main() {
    coracle::app app;
    app.get("/", []() -> coracle::generator<> { co_yield {}; });
}
