// A user's program, the same for the three ways to get at coracle: exits with 0 when it got the version it asked for.
#include <coracle.hpp>

#include <cstdio>

static_assert(CORACLE_VERSION >= 100);

int main() {
    coracle::app app;
    app.get("/hello/{name}", [](std::string name) { return "hello " + name; });
    std::puts(CORACLE_VERSION_STRING);
}
