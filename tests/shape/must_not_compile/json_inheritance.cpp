// expect: must not inherit; compose it as a member
#include <coracle/json/write.hpp>

struct base {
    int x = 0;
};
struct derived : base {
    int y = 0;
};

int main() { coracle::to_json_text(derived{}); }
