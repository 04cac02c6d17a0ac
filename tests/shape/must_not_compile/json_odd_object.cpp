// expect: json::object takes names and values in turn
#include <coracle/json/convert.hpp>

int main() { coracle::json::object("id", 1, "name"); }
