// expect: an opening brace is never closed
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/items/{id");
