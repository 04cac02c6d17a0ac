// The single header, parsed once for all examples; see tests/meson.build.
#include <coracle.hpp>
