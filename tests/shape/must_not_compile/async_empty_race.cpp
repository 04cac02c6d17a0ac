// expect: race()
#include <coracle/async/race.hpp>
#include <coracle/async/task.hpp>

using namespace coracle;
task<> handler() { co_await race(); }
