// expect: coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice
#include <coracle/async/task.hpp>
#include <coracle/async/as_completed.hpp>

#include <string>
#include <vector>

#if defined(__clang__) || __GNUC__ > 12
#error right here, but "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice"
#endif

using namespace coracle;
task<> handler(std::string text) {
    co_await as_completed(std::vector<task<int>>(), [text](completions<int>&) -> task<> { co_return; });
}
