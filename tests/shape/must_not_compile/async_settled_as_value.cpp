// expect: outcome
#include <coracle/async/gather_settled.hpp>
#include <coracle/async/task.hpp>

using namespace coracle;
task<int> answer() { co_return 42; }
task<int> handler() {
    auto [first] = co_await gather_settled(answer());
    int value = first;
    co_return value;
}
