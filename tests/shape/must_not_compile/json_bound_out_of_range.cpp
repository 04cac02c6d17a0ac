// expect: coracle: this bound is outside of what the integer type can hold
// lines: 15
#include <coracle/json/checked.hpp>

#include <cstdint>

int main() { coracle::checked<std::uint8_t, coracle::maximum<256>> level; }
