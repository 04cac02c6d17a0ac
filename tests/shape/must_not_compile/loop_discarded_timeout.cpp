// expect: a task does nothing until it is awaited: write co_await before the call
#include <coracle/async/task.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>

#pragma GCC diagnostic error "-Wunused-result"

using namespace coracle;
task<int> answer() { co_return 42; }
task<> handler() {
    timeout(5s, answer());
    co_return;
}
