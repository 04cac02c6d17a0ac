// expect: write co_await before yield_now()
#include <coracle/async/task.hpp>
#include <coracle/async/yield_now.hpp>

#pragma GCC diagnostic error "-Wunused-result"

coracle::task<> handler() {
    coracle::yield_now();
    co_return;
}
