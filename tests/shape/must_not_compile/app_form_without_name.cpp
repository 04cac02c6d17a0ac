// expect: coracle: a form field has a name, as in form_field<
#include <coracle/app/app.hpp>
#include <coracle/app/form.hpp>
int main() {
    coracle::app app;
    app.post("/", [](coracle::form_field<"">) { return 1; });
}
