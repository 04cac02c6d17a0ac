// expect: the default of a bool is true or false
#include <coracle/app/app.hpp>

int main() {
    coracle::app app;
    app.get("/items{?all=maybe}", [](bool all) { return all; });
}
