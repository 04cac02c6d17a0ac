// expect: '?' is no part of a path; query names are written {?name,other=default}
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/items?limit=10");
