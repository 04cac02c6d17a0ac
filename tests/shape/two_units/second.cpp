// The other of the two translation units that include everything.
#include <coracle.hpp>

int second();

int second() { return CORACLE_VERSION; }
