// expect: write co_await before wait()
#include <coracle/async/event.hpp>
#include <coracle/async/task.hpp>

#pragma GCC diagnostic error "-Wunused-result"

coracle::task<> handler(coracle::event& ready) {
    ready.wait();
    co_return;
}
