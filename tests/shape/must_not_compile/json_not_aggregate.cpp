// expect: this type is not an aggregate (a plain struct with public members and no constructors)
#include <coracle/json/reflect.hpp>

class closed {
public:
    closed() {}
    int a = 0;
};

int main() { return coracle::reflect::field_count<closed> != 0; }
