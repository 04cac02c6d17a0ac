// expect: a task cannot give a value that is aligned beyond the usual
#include <coracle/async/task.hpp>

struct alignas(64) wide {
    char bytes[64] = {};
};
coracle::task<wide> load() { co_return wide(); }
