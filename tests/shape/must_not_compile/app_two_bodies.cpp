// expect: a request has one body, and two parameters of this handler are a JSON body
// lines: 15
#include <coracle/app/app.hpp>
struct item {
    int n = 0;
};
int main() {
    coracle::app app;
    app.post("/items", [](item, item) { return 1; });
}
