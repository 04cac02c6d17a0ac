// expect: a handler takes its parameters by value
#include <coracle/app/app.hpp>

#include <string>

using namespace coracle;
int length(const std::string& text) { return static_cast<int>(text.size()); }
void add(app& app) {
    app.get("/", [](depends<length> n) -> task<int> { co_return *n; });
}
