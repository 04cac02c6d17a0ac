// expect: '%' needs two hexadecimal digits after it
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/100%");
