// expect: say so with json_body<T>, or name query parameters in the route: {?skip=0,limit=10}
// lines: 15
#include <coracle/app/app.hpp>
struct item {
    int n = 0;
};
int main() {
    coracle::app app;
    app.get("/items", [](item) { return 1; });
}
