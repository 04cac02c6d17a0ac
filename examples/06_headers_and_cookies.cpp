// What:  values from header fields and cookies, by name and type: required, with a default, optional, repeated.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 06_headers_and_cookies.cpp -o headers -pthread && ./headers
// Try:   curl -H 'x-depth: 3' -b 'session=abc' http://127.0.0.1:8000/tree   and the same without the cookie
// Next:  07_forms.cpp takes what a browser's form sends.
#include <coracle.hpp>
using namespace coracle;

struct caller {
    std::string x_request_id;  // the field x-request-id
    int x_hops = 0;
    std::optional<std::string> user_agent;
};

int main() {
    app app;
    app.get("/tree", [](header<"x-depth", int, 10> depth, cookie<"session"> session) -> task<json> {
        co_return json{{"depth", *depth}, {"session", *session}};
    });
    app.get("/language", [](header<"accept-language", std::optional<std::string>> language) -> task<std::string> {
        co_return language->value_or("nothing said");
    });
    app.get("/tags", [](header<"x-tag", std::vector<std::string>> tags) -> task<json> {  // each x-tag line
        co_return json{{"tags", *tags}};
    });
    app.get("/trace", [](headers<caller> in) -> task<caller> { co_return *in; });  // several fields at once
    return app.run({.port = 8000});
}
