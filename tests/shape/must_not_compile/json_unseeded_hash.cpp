// expect: std::hash can be made to collide by who sends the document
#include <coracle/json/decode.hpp>

#include <string>
#include <unordered_map>
#include <vector>

struct body {
    std::unordered_map<std::string, int> counts;
};

int main() {
    std::vector<coracle::validation_issue> issues;
    return coracle::read_json_text<body>("{}", issues).has_value();
}
