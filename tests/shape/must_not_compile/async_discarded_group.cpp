// expect: a task does nothing until it is awaited: write co_await before the call
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>

#pragma GCC diagnostic error "-Wunused-result"

using namespace coracle;
task<> handler() {
    with_group([](task_group&) -> task<> { co_return; });
    co_return;
}
