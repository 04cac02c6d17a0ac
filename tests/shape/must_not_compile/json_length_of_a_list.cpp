// expect: coracle: min_length and max_length are for std::string
// lines: 15
#include <coracle/json/checked.hpp>

#include <vector>

int main() { coracle::checked<std::vector<int>, coracle::min_length<1>> list; }
