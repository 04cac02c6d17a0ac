// expect: say the unit of a time: 5s, 100ms, 1.5s
#include <coracle/async/task.hpp>
#include <coracle/loop/timeout.hpp>

using namespace coracle;
task<int> answer() { co_return 42; }
task<int> handler() { co_return co_await timeout(5, answer()); }
