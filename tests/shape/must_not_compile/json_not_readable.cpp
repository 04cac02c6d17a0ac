// expect: this type cannot be read from JSON; make it a plain struct, or write a function
#include <coracle/json/decode.hpp>

#include <vector>

class closed {
    int a = 0;
};

int main() {
    std::vector<coracle::validation_issue> issues;
    return coracle::read_json_text<closed>("{}", issues).has_value();
}
