// expect: coracle: this pattern has a ( without its )
// lines: 15
#include <coracle/json/checked.hpp>
#include <coracle/json/pattern.hpp>

int main() { coracle::checked<std::string, coracle::pattern<"^(a+$">> name; }
