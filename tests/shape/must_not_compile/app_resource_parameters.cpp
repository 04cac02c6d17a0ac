// expect: this route has more placeholders than the handler has parameters
#include <coracle/app/app.hpp>
#include <coracle/app/resource.hpp>
struct users {
    int get(int id) { return id; }
    int put() { return 1; }
};
void f(coracle::app& app) { coracle::resource(app, "/users/{id}", users()); }
