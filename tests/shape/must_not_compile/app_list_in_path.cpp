// expect: a placeholder is one value; std::vector is for query names: {?tag}
#include <coracle/app/app.hpp>
#include <vector>
int main() {
    coracle::app app;
    app.get("/items/{id}", [](std::vector<int> id) { return id; });
}
