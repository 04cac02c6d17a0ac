// expect: coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>

#include <cstddef>
#include <string>

#if defined(__clang__) || __GNUC__ > 12
#error right here, but "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice"
#endif

coracle::task<std::size_t> handler(std::string text) {
    std::size_t length = co_await coracle::offload([text] { return text.size(); }).on(coracle::lane::files);
    co_return length;
}
