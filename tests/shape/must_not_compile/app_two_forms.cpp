// expect: coracle: a request has one form; put both structs into one
#include <coracle/app/app.hpp>
#include <coracle/app/form.hpp>
struct item {
    int n = 0;
};
int main() {
    coracle::app app;
    app.post("/", [](coracle::form<item>, coracle::form<item>) { return 1; });
}
