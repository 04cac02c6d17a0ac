// expect: coracle: a form is the body of POST, PUT or PATCH
#include <coracle/app/app.hpp>
#include <coracle/app/upload_field.hpp>
int main() {
    coracle::app app;
    app.get("/", [](coracle::upload_file) { return 1; });
}
