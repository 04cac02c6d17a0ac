// expect: a dependency in scope::app is made before there is a request
#include <coracle/app/app.hpp>

using namespace coracle;
int pool(request&) { return 1; }
void add(app& app) {
    app.get("/", [](depends<pool, scope::app> p) -> task<int> { co_return *p; });
}
