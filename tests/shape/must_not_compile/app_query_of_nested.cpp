// expect: coracle: the members of this struct are read from texts
#include <coracle/app/app.hpp>
#include <coracle/app/query.hpp>
struct item {
    int n = 0;
};
struct box {
    item inside;
};
int main() {
    coracle::app app;
    app.get("/", [](coracle::query<box>) { return 1; });
}
