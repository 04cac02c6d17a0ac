// expect: coracle: this constant does not fit the constraints of its type
// lines: 15
#include <coracle/json/checked.hpp>

int main() { static constexpr coracle::checked<int, coracle::minimum<1>> count = 0; }
