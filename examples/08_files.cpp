// What:  files: one that a handler picks, a directory of them, and a page that a bundler has built.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 08_files.cpp -o files -pthread && ./files
// Try:   curl -OJ http://127.0.0.1:8000/report   and   curl -r 2-5 http://127.0.0.1:8000/static/numbers.txt
// Next:  09_uploads.cpp takes files in.
#include <coracle.hpp>

#include <filesystem>
#include <fstream>
using namespace coracle;

const std::string site = std::filesystem::temp_directory_path() / "coracle_08_files";

int main() {
    std::filesystem::create_directories(site + "/css");  // something to serve
    std::ofstream(site + "/index.html") << "<h1>Tea</h1>\n";
    std::ofstream(site + "/numbers.txt") << "0123456789\n";
    std::ofstream(site + "/css/site.css") << "h1 { color: green }\n";

    app app;
    // With a filename it is something to keep. Opened on another thread if the disk has to be waited for.
    app.get("/report", []() -> task<file> { co_return file(site + "/numbers.txt", {.filename = "report.txt"}); });
    // A name that the client chooses leads nowhere but into the directory.
    app.get("/styles/{name}", [](std::string name) { return file(name, {.directory = site + "/css"}); });
    // Everything in it, and nothing around it: no links, no hidden files, no list of what is there.
    app.files("/static", site, {.cache_control = "max-age=3600"});
    // What no route answers: files, and for pages that are none index.html, whose script knows what to show.
    app.frontend(site);
    return app.run({.port = 8000});
}
