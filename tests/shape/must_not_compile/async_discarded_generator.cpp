// expect: a generator does nothing until it is asked
#include <coracle/async/generator.hpp>
#include <coracle/async/task.hpp>

#pragma GCC diagnostic error "-Wunused-result"

coracle::generator<int> count();
coracle::task<> handler() {
    count();
    co_return;
}
