// expect: a route that is made at run time is registered as runtime_pattern(text)
// lines: 15
#include <coracle/app/app.hpp>
#include <string>
int main() {
    coracle::app app;
    std::string path = "/items";
    app.get(path, [] { return 1; });
}
