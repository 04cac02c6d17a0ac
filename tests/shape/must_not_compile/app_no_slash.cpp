// expect: a route starts with '/'
// lines: 15
#include <coracle/app/app.hpp>

int main() {
    coracle::app app;
    app.get("items", [] { return 1; });
}
