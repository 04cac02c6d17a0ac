// expect: coracle: this text is none of the literal's
// lines: 15
#include <coracle/json/literal.hpp>

int main() { coracle::literal<"asc", "desc"> order = "up"; }
