// expect: conver
// expect: task<int>
#include <coracle/async/task.hpp>

coracle::task<int> answer() { co_return 42; }
coracle::task<int> handler() {
    int value = answer();
    co_return value;
}
