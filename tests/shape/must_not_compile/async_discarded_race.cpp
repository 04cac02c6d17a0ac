// expect: a task does nothing until it is awaited: write co_await before the call
#include <coracle/async/race.hpp>
#include <coracle/async/task.hpp>

#pragma GCC diagnostic error "-Wunused-result"

using namespace coracle;
task<int> answer() { co_return 42; }
task<> handler() {
    race(answer(), answer());
    co_return;
}
