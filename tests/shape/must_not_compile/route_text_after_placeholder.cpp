// expect: a placeholder fills a whole segment: a slash or the end follows it
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/items/{id}.json");
