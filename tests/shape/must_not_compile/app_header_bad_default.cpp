// expect: the default of this parameter is no value of its type
#include <coracle/app/app.hpp>
#include <coracle/app/header.hpp>
int main() {
    coracle::app app;
    app.get("/", [](coracle::header<"x-n", int, "ten">) { return 1; });
}
