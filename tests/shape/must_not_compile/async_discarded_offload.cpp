// expect: write co_await before offload()
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>

#pragma GCC diagnostic error "-Wunused-result"

coracle::task<> handler() {
    coracle::offload([] {});
    co_return;
}
