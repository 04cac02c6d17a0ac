// expect: two parameters have the same name
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/users/{id}/items{?id}");
