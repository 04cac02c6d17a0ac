// expect: the {?query} part comes last
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/items{?limit}/all");
