// expect: coracle: this takes a plain struct, whose members are the names
#include <coracle/app/app.hpp>
#include <coracle/app/query.hpp>
int main() {
    coracle::app app;
    app.get("/", [](coracle::query<int>) { return 1; });
}
