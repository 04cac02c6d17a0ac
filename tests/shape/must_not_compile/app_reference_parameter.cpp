// expect: a handler takes its parameters by value (only request& is a reference)
// lines: 15
#include <coracle/app/app.hpp>
#include <string>
int main() {
    coracle::app app;
    app.get("/items/{id}", [](const std::string& id) { return id; });
}
