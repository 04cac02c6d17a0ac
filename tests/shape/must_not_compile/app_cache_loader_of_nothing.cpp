// expect: coracle: the loader of a ttl_cache gives the value; this one gives nothing
#include <coracle/app/ttl_cache.hpp>
#include <coracle/async/task.hpp>

coracle::task<int> handler(coracle::ttl_cache<int, int>& cache) {
    co_return co_await cache.get(1, [] {});
}
