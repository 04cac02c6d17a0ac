// One of two translation units that include everything: whatever is not inline is defined twice, and they do not link.
#include <coracle.hpp>

int second();

int main() { return second() == CORACLE_VERSION ? 0 : 1; }
