// expect: the handler has more parameters than this route has placeholders
// lines: 15
#include <coracle/app/app.hpp>

int main() {
    coracle::app app;
    app.get("/items/{id}", [](int id, int limit) { return id + limit; });
}
