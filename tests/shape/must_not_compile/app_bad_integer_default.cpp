// expect: the default is no integer of the type that the handler takes
#include <coracle/app/app.hpp>

int main() {
    coracle::app app;
    app.get("/items{?limit=ten}", [](int limit) { return limit; });
}
