// expect: what stands in for a dependency gives a value of the same type
#include <coracle/app/app.hpp>

using namespace coracle;
int port() { return 80; }
void add(app& app) {
    app.override<port>([] { return 8.0; });
}
