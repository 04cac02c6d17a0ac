// expect: a parameter needs a name
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/items/{}");
