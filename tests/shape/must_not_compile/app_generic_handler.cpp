// expect: a lambda with auto parameters does not say what it takes
// lines: 15
#include <coracle/app/app.hpp>
#include <string>
int main() {
    coracle::app app;
    app.get("/items/{id}", [](auto id) { return id; });
}
