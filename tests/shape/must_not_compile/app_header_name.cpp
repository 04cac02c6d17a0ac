// expect: a header name is made of letters, digits and '-'
#include <coracle/app/app.hpp>
#include <coracle/app/header.hpp>
int main() {
    coracle::app app;
    app.get("/", [](coracle::header<"if match">) { return 1; });
}
