// expect: reference members and bit-fields cannot be reflected
#include <coracle/json/reflect.hpp>

struct flags {
    unsigned a : 3;
    unsigned b : 5;
};

int main() { return coracle::reflect::field_names<flags>.empty(); }
