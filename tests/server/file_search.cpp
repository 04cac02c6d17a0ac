#include <coracle/base/random_sequence.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/server/file_search.hpp>
#include <coracle/server/static_files.hpp>

#include <os/tree.hpp>
#include <server/loopback.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace coracle;
using server::file_search;
using server::served_directory;
using server::wanted_codings;

namespace {

std::string codings(std::string_view accept) {
    http::fields asked;
    asked.push_back({"accept-encoding", accept});
    wanted_codings wanted(asked);
    std::string all;
    for (std::size_t i = 0; i < wanted.size(); ++i) all.append(i ? " " : "").append(wanted[i].name);
    return all;
}

TEST_CASE("encodings are tried by weight, then by how small they are") {
    CHECK(codings("gzip, br, zstd") == "br zstd gzip");
    CHECK(codings("gzip, br;q=0.9, zstd;q=0.95") == "gzip zstd br");
    CHECK(codings("*") == "br zstd gzip");
    CHECK(codings("gzip;q=0.5, identity") == "");
    CHECK(codings("gzip;q=0.5, *;q=0") == "gzip");
    CHECK(codings("") == "");
    CHECK(codings("deflate") == "");
}

TEST_CASE("a search tells what it found, or why it found nothing") {
    tree all;
    all.write("a", "hello");
    all.write("d/index.html", "index");
    all.write("e/x", "");
    auto look = [&](http::file_path path, served_directory in) {
        in.path = all.top();
        file_search search(in, std::move(path), true);
        auto found = run(search.find());
        return found == file_search::outcome::found     ? *search.file.content
               : found == file_search::outcome::slash   ? std::string("slash")
               : found == file_search::outcome::missing ? std::string("missing")
                                                        : std::string("forbidden");
    };
    CHECK(look({"a", false}, {}) == "hello");
    CHECK(look({"a", true}, {}) == "missing");
    CHECK(look({"d", false}, {}) == "missing");
    CHECK(look({"d", true}, {}) == "missing");
    CHECK(look({"d", false}, {.html = true}) == "slash");
    CHECK(look({"d", true}, {.html = true}) == "index");
    CHECK(look({"e", false}, {.html = true}) == "missing");
    CHECK(look({"", true}, {.html = true}) == "missing");
    served_directory nowhere{all.at("nowhere")};
    file_search search(nowhere, {"a", false}, true);
    CHECK_THROWS_AS(run(search.find()), std::system_error);
}

/// What the request's path names, worked out another way: cut, decode, and ask the file system for the true name.
std::string oracle(const tree& all, std::string_view path) {
    std::string name = all.top();
    while (!path.empty()) {
        path.remove_prefix(1);
        std::string_view piece = path.substr(0, path.find('/'));
        path.remove_prefix(piece.size());
        name += '/';
        for (std::size_t i = 0; i < piece.size(); ++i) {
            if (piece[i] != '%') {
                name += piece[i];
                continue;
            }
            if (i + 2 >= piece.size()) return {};
            char digits[3] = {piece[i + 1], piece[i + 2], 0}, *end = nullptr;
            long byte = std::strtol(digits, &end, 16);
            if (end != digits + 2 || byte == 0 || byte == '/' || digits[0] == '+' || digits[0] == '-') return {};
            name += static_cast<char>(byte);
            i += 2;
        }
    }
    std::error_code none;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(name, none))) return {};
    if (std::filesystem::canonical(name, none).string() != name) return {};
    return all.read(name.substr(all.top().size() + 1));
}

TEST_CASE("P1 P2 P3 P4: of ten thousand tricky paths none gets anything but a file of the directory, by its own name") {
    tree all;
    for (const char* name : {"a", "b/c", "b/d/e", "b/d/secret", "b%2e", "%2e%2e/x"})
        all.write(name, "inside " + std::string(name));
    all.link("../secret", "out");
    all.link("..", "up");
    all.link("../../..", "b/up");
    all.link("../a", "b/in");
    all.link("d", "b/same");
    all.link(all.base(), "absolute");
    app app;
    app.files("/s", all.top());
    loopback::running server(app);
    loopback::client line(server.port());
    const std::vector<std::string> parts = {
        "a",      "b",     "c",           "d",          "e",      "..",         ".",
        "",       "out",   "up",          "in",         "same",   "absolute",   "...",
        "secret", "top",   "top-private", "%2e%2e",     "%2E.",   "..%2f",      "%2f",
        "%5c",    "..%5c", "..\\",        "%252e%252e", "b%252e", "%61",        "%62",
        "%00",    "%",     "%zz",         "..;",        "a:b",    "etc/passwd", "proc/self/environ",
        "~"};
    random_sequence dice(5);
    int served = 0;
    for (int round = 0; round < 10000; ++round) {
        std::string path;
        for (std::uint64_t n = 1 + dice.below(5); n-- > 0;) path += '/' + parts[dice.below(parts.size())];
        loopback::reply got = line.get("/s" + path);
        std::string wanted = oracle(all, path);
        if (got.status == 200) {
            ++served;
            CHECK_MESSAGE(got.body == wanted, path);
            CHECK_MESSAGE(got.body.starts_with("inside"), path);
        } else {
            CHECK_MESSAGE((got.status == 404 || got.status == 400), path);
            CHECK_MESSAGE(wanted.empty(), path);
        }
    }
    CHECK(served > 50);
}

}  // namespace
