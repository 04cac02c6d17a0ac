// expect: coracle: this pattern looks around, (?=...) or (?<=...), which cannot be matched in linear time
// lines: 15
#include <coracle/json/checked.hpp>
#include <coracle/json/pattern.hpp>

int main() { coracle::checked<std::string, coracle::pattern<"^(?=.*[0-9]).{8,}$">> password; }
