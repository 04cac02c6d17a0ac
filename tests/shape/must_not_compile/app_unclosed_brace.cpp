// expect: an opening brace is never closed
// lines: 15
#include <coracle/app/app.hpp>

int main() {
    coracle::app app;
    app.get("/items/{id", [](int id) { return id; });
}
