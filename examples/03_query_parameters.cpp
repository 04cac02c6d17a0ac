// What:  values from the query string: with a default, optional, or repeated.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 03_query_parameters.cpp -o query -pthread && ./query
// Try:   curl 'http://127.0.0.1:8000/items?limit=2'   and   curl 'http://127.0.0.1:8000/items?limit=two&skip=x'
// Next:  04_json_body.cpp takes a whole struct from the body.
#include <coracle.hpp>
using namespace coracle;

int main() {
    app app;
    app.get("/items{?skip=0,limit=10,kind}", [](int skip, int limit, std::optional<std::string> kind) -> task<json> {
        co_return json{{"skip", skip}, {"limit", limit}, {"kind", kind}};
    });
    app.get("/sum{?n}", [](std::vector<int> n) -> task<json> {  // ?n=1&n=2&n=3
        int sum = 0;
        for (int each : n) sum += each;
        co_return json{{"count", n.size()}, {"sum", sum}};
    });
    return app.run({.port = 8000});
}
