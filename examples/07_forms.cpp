// What:  what a browser's form sends: as a struct, or field by field. And a query string as a struct.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 07_forms.cpp -o forms -pthread && ./forms
// Try:   curl -d 'username=ann&password=secret' http://127.0.0.1:8000/login   and   curl -d 'username=ann&age=x' ...
// Next:  08_files.cpp sends files.
#include <coracle.hpp>
using namespace coracle;

struct credentials {
    std::string username;
    std::string password;
    bool remember = false;  // a field with an initialiser may be missing or left empty
    std::optional<int> age;
};
struct filter {
    std::string text = "everything";
    int limit = 10;
    std::vector<std::string> tags;
    using extra = forbidden;  // any other name is a mistake
};

int main() {
    app app;
    app.post("/login", [](form<credentials> who) -> task<json> {
        co_return json{{"hello", who->username}, {"remember", who->remember}, {"age", who->age}};
    });
    app.post("/subscribe", [](form_field<"email"> email, form_field<"days", int, 7> days) -> task<json> {
        co_return json{{"email", *email}, {"days", *days}};
    });
    app.get("/search", [](query<filter> q) -> task<filter> { co_return *q; });  // a GET form sends a query string
    return app.run({.port = 8000});
}
