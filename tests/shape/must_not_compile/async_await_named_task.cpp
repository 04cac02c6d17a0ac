// expect: a task is awaited once, which uses it up: write co_await std::move(name)
#include <coracle/async/task.hpp>

coracle::task<int> answer() { co_return 42; }
coracle::task<int> handler() {
    coracle::task<int> later = answer();
    int value = co_await later;
    co_return value;
}
