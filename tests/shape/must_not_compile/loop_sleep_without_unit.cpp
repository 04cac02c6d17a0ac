// expect: say the unit of a sleep
#include <coracle/async/task.hpp>
#include <coracle/loop/sleep.hpp>

#include <unistd.h>

using namespace coracle;

task<> waits() { co_await sleep(1); }
