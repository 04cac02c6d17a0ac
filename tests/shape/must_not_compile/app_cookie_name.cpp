// expect: a cookie name is made of letters, digits, '-' and '_'
#include <coracle/app/app.hpp>
#include <coracle/app/cookie.hpp>
int main() {
    coracle::app app;
    app.get("/", [](coracle::cookie<"my session">) { return 1; });
}
