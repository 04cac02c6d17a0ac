// expect: a GET, HEAD, DELETE or OPTIONS handler takes a struct, which means a JSON body
#include <coracle/app/app.hpp>
struct item {
    int n = 0;
};
int main() {
    coracle::app app;
    app.del("/items", [](item) { return 1; });
}
