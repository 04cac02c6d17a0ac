// expect: a handler gives back a value, not a reference
// lines: 15
#include <coracle/app/app.hpp>
int n = 0;
int main() {
    coracle::app app;
    app.get("/", []() -> int& { return n; });
}
