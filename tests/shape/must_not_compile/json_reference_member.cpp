// expect: reference members and bit-fields cannot be reflected
#include <coracle/json/write.hpp>

#include <string>

struct view {
    int id = 0;
    const std::string& name;
};

int main() {
    std::string name;
    coracle::to_json_text(view{1, name});
}
