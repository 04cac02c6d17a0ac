// expect: a parameter's name is made of letters, digits and '_'
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/items/{user-id}");
