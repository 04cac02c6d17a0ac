// expect: coracle: this pattern refers back to a group, which cannot be matched in linear time
// lines: 15
#include <coracle/json/checked.hpp>
#include <coracle/json/pattern.hpp>

int main() { coracle::checked<std::string, coracle::pattern<"(a|b)\\1">> name; }
