// expect: a cookie is one value: its name comes once
#include <coracle/app/app.hpp>
#include <coracle/app/cookie.hpp>
int main() {
    coracle::app app;
    app.get("/", [](coracle::cookie<"n", std::vector<int>>) { return 1; });
}
