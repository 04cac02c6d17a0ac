// expect: coracle: a request has one body: this handler takes a form and JSON
#include <coracle/app/app.hpp>
#include <coracle/app/upload_field.hpp>
struct item {
    int n = 0;
};
int main() {
    coracle::app app;
    app.post("/", [](coracle::upload_file, item) { return 1; });
}
