#include <coracle/loop/run.hpp>
#include <coracle/server/file_body.hpp>

#include <os/tree.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <string>

using namespace coracle;
using server::file_body;

namespace {

task<std::string> all_of(outgoing_body& body, std::size_t& pieces) {
    std::string all;
    for (;;) {
        auto made = co_await body.next();
        if (!made) co_return all;
        ++pieces;
        if (made->file < 0) {
            all += made->bytes;
            continue;
        }
        std::string room(static_cast<std::size_t>(made->length), '\0');
        CHECK(::pread(made->file, room.data(), room.size(), static_cast<off_t>(made->offset)) ==
              static_cast<ssize_t>(room.size()));
        all += room;
    }
}

TEST_CASE("texts and pieces of a file come in order, the pieces not too large, and the size is known before") {
    tree all;
    std::string text(700'000, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7 + i / 255);
    all.write("a", text);
    file_body body(os::file_descriptor(::open(all.at("a").c_str(), O_RDONLY)));
    body.add("<");
    body.add(http::byte_range{10, 600'000});
    body.add("|");
    body.add(http::byte_range{699'999, 1});
    body.add(">");
    CHECK(*body.size() == 600'004);
    std::size_t pieces = 0;
    CHECK(run(all_of(body, pieces)) == "<" + text.substr(10, 600'000) + "|" + text.substr(699'999) + ">");
    CHECK(pieces == 3 + 3 + 1);
}

TEST_CASE("a body without parts is empty") {
    file_body body{os::file_descriptor()};
    CHECK(*body.size() == 0);
    std::size_t pieces = 0;
    CHECK(run(all_of(body, pieces)).empty());
    CHECK(pieces == 0);
}

TEST_CASE("what is not in memory is brought there by another thread") {
    tree all;
    all.write("a", std::string(2'000'000, 'x'));
    os::file_descriptor file(::open(all.at("a").c_str(), O_RDONLY));
    ::fsync(file.get());
    // Only a request: the system may keep it in memory, and then this shows less.
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
    file_body body(std::move(file));
    body.add(http::byte_range{0, 2'000'000});
    std::size_t pieces = 0;
    CHECK(run(all_of(body, pieces)) == std::string(2'000'000, 'x'));
}

}  // namespace
