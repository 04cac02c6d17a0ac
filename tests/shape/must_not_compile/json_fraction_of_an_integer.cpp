// expect: coracle: the bound of an integer is an integer
#include <coracle/json/checked.hpp>

int main() { coracle::checked<int, coracle::minimum<0.5>> count; }
