// expect: a closing brace has no opening brace before it
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/items/id}");
