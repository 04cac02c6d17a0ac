// expect: a repeated query parameter has no default: absent, it is empty
#include <coracle/app/app.hpp>
#include <string>
#include <vector>
int main() {
    coracle::app app;
    app.get("/items{?tag=a}", [](std::vector<std::string> tag) { return tag; });
}
