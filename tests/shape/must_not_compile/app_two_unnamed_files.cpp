// expect: coracle: this handler takes the file of a form twice
#include <coracle/app/app.hpp>
#include <coracle/app/upload_field.hpp>
int main() {
    coracle::app app;
    app.post("/", [](coracle::upload_file, coracle::upload_file) { return 1; });
}
