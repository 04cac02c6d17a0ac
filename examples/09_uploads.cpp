// What:  files that come with a form: as parameters, as members of a struct, stored, and piece by piece as they come.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 09_uploads.cpp -o uploads -pthread && ./uploads
// Try:   curl -F file=@09_uploads.cpp http://127.0.0.1:8000/upload   and   curl -F a=@uploads -F b=2 .../sizes
// Next:  10_sleep.cpp waits without blocking.
#include <coracle.hpp>
#include <filesystem>
using namespace coracle;

struct profile {
    std::string name;
    upload_file picture;
    std::vector<upload_file> more;  // all files of the field `more`, perhaps none
};

int main() {
    app app;
    app.post("/upload", [](upload_file file) -> task<json> {  // small files wait in memory, large ones on the disk
        auto text = co_await file.text();
        co_return json{{"filename", file.filename}, {"type", file.content_type}, {"size", file.size}, {"text", text}};
    });
    app.post("/profile", [](form<profile> in) -> task<json> {
        co_return json{{"name", in->name}, {"picture", in->picture.filename}, {"more", in->more.size()}};
    });
    const std::string folder = std::filesystem::temp_directory_path().string();
    app.post("/store", [folder](upload_file file) -> task<> {  // a name that leads out of the folder is refused
        co_await file.save(folder + "/" + file.filename);      // save_in(folder) makes up a name
    });
    app.post("/sizes", {.max_body_bytes = 10'000'000'000}, [](multipart_form form) -> task<json> {
        json sizes = json::object();
        while (auto part = co_await form.next()) {  // nothing is kept: a piece of memory is enough for any size
            std::uint64_t size = 0;
            while (auto bytes = co_await part->read()) size += bytes->size();
            sizes[part->name] = size;
        }
        co_return sizes;
    });
    return app.run({.port = 8000});
}
