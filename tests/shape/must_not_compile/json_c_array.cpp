// expect: C arrays cannot be reflected; use std::array, std::vector or std::string
#include <coracle/json/write.hpp>

struct row {
    int id = 0;
    char name[16] = {};
};

int main() { coracle::to_json_text(row{}); }
