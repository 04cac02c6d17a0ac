// expect: coracle: a key of a ttl_cache is a number, a text, an enum, a pair or tuple or struct of these
#include <coracle/app/ttl_cache.hpp>

struct strange {
    explicit strange(int) {}
    bool operator==(const strange&) const = default;
};

bool look(coracle::ttl_cache<strange, int>& cache) { return cache.contains(strange(1)); }
