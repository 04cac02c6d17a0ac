// expect: task<int>
#include <coracle/async/task.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>

using namespace coracle;
task<int> answer() { co_return 42; }
task<int> handler() {
    int value = timeout(5s, answer());
    co_return value;
}
