// expect: coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice
#include <coracle/async/task.hpp>
#include <coracle/loop/timeout_scope.hpp>

#include <chrono>
#include <string>

#if defined(__clang__) || __GNUC__ > 12
#error right here, but "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice"
#endif

using namespace coracle;
task<> handler(std::string text) {
    co_await with_timeout(std::chrono::seconds(5), [text](timeout_scope&) -> task<> { co_return; });
}
