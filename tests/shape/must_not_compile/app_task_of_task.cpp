// expect: a handler gives back task<T>, not a task of a task
// lines: 15
#include <coracle/app/app.hpp>

int main() {
    coracle::app app;
    app.get("/",
            []() -> coracle::task<coracle::task<int>> { co_return []() -> coracle::task<int> { co_return 1; }(); });
}
