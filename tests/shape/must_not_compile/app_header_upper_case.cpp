// expect: coracle: write header names in lower case, as in header<
#include <coracle/app/app.hpp>
#include <coracle/app/header.hpp>
int main() {
    coracle::app app;
    app.get("/", [](coracle::header<"If-Match">) { return 1; });
}
