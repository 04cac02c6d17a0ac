// expect: a coroutine runs on the loop as it is; on_loop is for plain functions
#include <coracle/app/app.hpp>

int main() {
    coracle::app app;
    app.get("/", coracle::on_loop([]() -> coracle::task<int> { co_return 1; }));
}
