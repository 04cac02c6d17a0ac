// expect: this type has no form in JSON; make it a plain struct, or write a function
#include <coracle/json/write.hpp>

class closed {
    int a = 0;
};

int main() { coracle::to_json_text(closed()); }
