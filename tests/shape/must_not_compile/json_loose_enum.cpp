// expect: must be an `enum class` or have an explicit underlying type
#include <coracle/json/write.hpp>

enum loose { a, b };

int main() { coracle::to_json_text(loose::a); }
