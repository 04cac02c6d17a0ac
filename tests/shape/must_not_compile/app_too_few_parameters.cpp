// expect: this route has more placeholders than the handler has parameters
// lines: 15
#include <coracle/app/app.hpp>

int main() {
    coracle::app app;
    app.get("/users/{user}/items/{id}", [](int id) { return id; });
}
