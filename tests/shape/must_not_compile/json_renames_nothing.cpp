// expect: coracle: json_names renames a member that the struct does not have
#include <coracle/json/write.hpp>

struct lesson {
    int level = 1;
    using json_names = coracle::renamed<"levle", "grade">;
};

int main() { return static_cast<int>(coracle::to_json_text(lesson{}).size()); }
