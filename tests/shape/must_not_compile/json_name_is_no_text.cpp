// expect: a name must be text
#include <coracle/json/convert.hpp>

int main() { coracle::json::object(1, "id"); }
