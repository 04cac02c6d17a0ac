// expect: this route has more placeholders than the handler has parameters
// lines: 15
#include <coracle/app/app.hpp>
#include <coracle/app/path.hpp>

int main() {
    coracle::app app;
    app.get("/items/{id}", [](coracle::path<"item_id", int> id) { return *id; });
}
