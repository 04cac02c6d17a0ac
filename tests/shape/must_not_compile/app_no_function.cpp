// expect: a handler is a function, or an object with one call operator
#include <coracle/app/app.hpp>
#include <string>
int main() {
    coracle::app app;
    app.get("/", 7);
}
