// expect: a route starts with '/'
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("items");
