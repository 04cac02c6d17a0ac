// expect: coracle: an offloaded call returns a value, not a reference
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>

int count = 0;
int& slow_count() { return count; }
coracle::task<int> handler() {
    int now = co_await coracle::offload(slow_count);
    co_return now;
}
