// expect: a generator in scope::request cleans up after the answer, when what is in scope::function is gone
#include <coracle/app/app.hpp>

using namespace coracle;
int connection() { return 1; }
generator<int> opened(depends<connection, scope::function> c) { co_yield *c; }
void add(app& app) {
    app.get("/", [](depends<opened> s) -> task<int> { co_return *s; });
}
