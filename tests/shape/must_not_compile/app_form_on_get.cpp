// expect: coracle: a form is the body of POST, PUT or PATCH; what a GET form sends is query<T>
#include <coracle/app/app.hpp>
#include <coracle/app/form.hpp>
struct item {
    int n = 0;
};
int main() {
    coracle::app app;
    app.get("/", [](coracle::form<item>) { return 1; });
}
