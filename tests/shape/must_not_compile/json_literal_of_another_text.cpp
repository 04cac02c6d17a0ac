// expect: coracle: this text is none of the literal's
#include <coracle/json/literal.hpp>

int main() { coracle::literal<"asc", "desc"> order = "up"; }
