// expect: coracle: a request has one body: this handler takes a form and JSON
#include <coracle/app/app.hpp>
#include <coracle/app/form.hpp>
int main() {
    coracle::app app;
    app.post("/", [](coracle::form_field<"n">, coracle::json) { return 1; });
}
