// expect: coracle: minimum, maximum and multiple_of are for numbers
// lines: 15
#include <coracle/json/checked.hpp>

int main() { coracle::checked<std::string, coracle::minimum<1>> name = "x"; }
