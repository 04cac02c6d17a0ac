// expect: wide characters have no form in JSON; make them UTF-8 in a std::string
#include <coracle/json/write.hpp>

struct letter {
    char32_t code = 0;
};

int main() { coracle::to_json_text(letter{}); }
