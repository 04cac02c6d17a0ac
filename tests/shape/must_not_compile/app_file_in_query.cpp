// expect: coracle: a file comes with a form: take form<T>
#include <coracle/app/app.hpp>
#include <coracle/app/query.hpp>
#include <coracle/app/upload_file.hpp>
struct item {
    coracle::upload_file picture;
};
int main() {
    coracle::app app;
    app.get("/", [](coracle::query<item>) { return 1; });
}
