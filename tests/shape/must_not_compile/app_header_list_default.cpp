// expect: a list has no default: absent, it is empty
#include <coracle/app/app.hpp>
#include <coracle/app/header.hpp>
int main() {
    coracle::app app;
    app.get("/", [](coracle::header<"x-n", std::vector<int>, 1>) { return 1; });
}
