// expect: take std::string, not std::string_view, a span or a pointer
#include <coracle/app/app.hpp>
#include <string_view>
int main() {
    coracle::app app;
    app.get("/items/{id}", [](std::string_view id) { return id.size(); });
}
