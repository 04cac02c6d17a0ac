// expect: coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice
#include <coracle/app/ttl_cache.hpp>
#include <coracle/async/task.hpp>

#include <cstddef>
#include <string>

#if defined(__clang__) || __GNUC__ > 12
#error right here, but "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice"
#endif

coracle::task<std::size_t> handler(coracle::ttl_cache<int, std::size_t>& sizes, std::string text) {
    std::size_t length = co_await sizes.get(1, [text] { return text.size(); });
    co_return length;
}
