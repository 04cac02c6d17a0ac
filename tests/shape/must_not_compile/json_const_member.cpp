// expect: a const member cannot be read from JSON; drop the const
#include <coracle/json/decode.hpp>

#include <vector>

struct body {
    const int id = 0;
};

int main() {
    std::vector<coracle::validation_issue> issues;
    return coracle::read_json_text<body>("{}", issues).has_value();
}
