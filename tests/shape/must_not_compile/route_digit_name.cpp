// expect: a parameter's name does not start with a digit
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/items/{1st}");
