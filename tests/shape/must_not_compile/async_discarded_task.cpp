// expect: a task does nothing until it is awaited: write co_await before the call
#include <coracle/async/task.hpp>

#pragma GCC diagnostic error "-Wunused-result"

coracle::task<> save() { co_return; }
coracle::task<> handler() {
    save();
    co_return;
}
