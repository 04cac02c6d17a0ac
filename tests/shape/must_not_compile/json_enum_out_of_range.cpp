// expect: no enumerator of this enum lies in [enum_min, enum_max]
#include <coracle/json/write.hpp>

enum class far { away = 5000 };

int main() { coracle::to_json_text(far::away); }
