// expect: a dependency does not know the order of its routes' names; take path<"id", int>
#include <coracle/app/app.hpp>

using namespace coracle;
int existing(int id) { return id; }
void add(app& app) {
    app.get("/items/{id}", [](depends<existing> item) -> task<int> { co_return *item; });
}
