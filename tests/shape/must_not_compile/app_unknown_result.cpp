// expect: a handler gives back a plain struct, json, a list or map of these
// lines: 15
#include <coracle/app/app.hpp>
class secret {
public:
    explicit secret(int n) : n_(n) {}

private:
    int n_;
};
int main() {
    coracle::app app;
    app.get("/", [] { return secret(1); });
}
