// expect: a placeholder fills a whole segment: write '/{name}'
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/item-{id}");
