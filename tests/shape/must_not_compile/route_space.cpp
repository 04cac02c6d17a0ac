// expect: a space in a path is written %20
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/my items");
