// expect: write co_await before next()
#include <coracle/async/as_completed.hpp>
#include <coracle/async/task.hpp>

#pragma GCC diagnostic error "-Wunused-result"

using namespace coracle;
task<> handler(completions<int>& done) {
    done.next();
    co_return;
}
