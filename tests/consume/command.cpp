// A program whose command line is that of its server. It serves what was "built" before it started.
#include <coracle.hpp>

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

using namespace coracle;

int main(int argc, char** argv) {
    app app({.title = "Shop", .version = "1.2.0"});
    std::ifstream file("built.txt");
    std::string built((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (built == "crash") return 7;
    app.get("/", {.name = "built"}, on_loop([&] { return built; }));
    app.get("/pid", on_loop([] { return static_cast<int>(::getpid()); }));
    app.get("/slow", []() -> task<std::string> {
        co_await sleep(400ms);
        co_return "slow";
    });
    app.post("/orders", {.status = 201, .name = "order", .tags = {"orders"}}, on_loop([] { return 1; }));
    return app.run(argc, argv, {.port = 0});
}
