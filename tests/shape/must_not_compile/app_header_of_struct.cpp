// expect: what has a name is a number, a bool, a std::string, an enum or a time
#include <coracle/app/app.hpp>
#include <coracle/app/header.hpp>
int main() {
    coracle::app app;
    app.get("/", [](coracle::header<"x-n", coracle::json>) { return 1; });
}
