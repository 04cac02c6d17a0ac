// expect: a placeholder is always there: take it as it is, not as std::optional
#include <coracle/app/app.hpp>
#include <optional>
int main() {
    coracle::app app;
    app.get("/items/{id}", [](std::optional<int> id) { return id; });
}
