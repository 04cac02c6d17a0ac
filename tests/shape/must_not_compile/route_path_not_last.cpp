// expect: {name:path} takes the rest of the path, so it comes last
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/files/{name:path}/info");
