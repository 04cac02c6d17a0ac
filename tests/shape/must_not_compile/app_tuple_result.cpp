// expect: a handler does not give back a pair or tuple, whose members have no names
// lines: 15
#include <coracle/app/app.hpp>
#include <utility>
int main() {
    coracle::app app;
    app.get("/", [] { return std::pair(1, 2); });
}
