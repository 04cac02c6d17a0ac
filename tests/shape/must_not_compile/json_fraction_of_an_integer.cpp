// expect: coracle: the bound of an integer is an integer
// lines: 15
#include <coracle/json/checked.hpp>

int main() { coracle::checked<int, coracle::minimum<0.5>> count; }
