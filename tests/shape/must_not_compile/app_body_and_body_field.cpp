// expect: name the members of the body: body_field<
#include <coracle/app/app.hpp>
#include <coracle/app/body_field.hpp>
struct item {
    int n = 0;
};
int main() {
    coracle::app app;
    app.post("/", [](coracle::body_field<"n", int>, item) { return 1; });
}
