// expect: the default is no name of the enum that the handler takes
#include <coracle/app/app.hpp>
enum class kind { book, food };
int main() {
    coracle::app app;
    app.get("/items{?kind=drink}", [](kind k) { return k; });
}
