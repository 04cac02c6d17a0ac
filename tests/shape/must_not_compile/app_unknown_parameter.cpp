// expect: nothing in a request fills this handler parameter
// lines: 15
#include <coracle/app/app.hpp>
#include <memory>
int main() {
    coracle::app app;
    app.post("/items", [](std::shared_ptr<int> p) { return *p; });
}
