// expect: a dependency in scope::app outlives every request; what it depends on is in scope::app too
#include <coracle/app/app.hpp>

using namespace coracle;
int settings() { return 1; }
int pool(depends<settings> s) { return *s; }
void add(app& app) {
    app.get("/", [](depends<pool, scope::app> p) -> task<int> { co_return *p; });
}
