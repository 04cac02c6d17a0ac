#include <coracle/server/access_log.hpp>

#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

using namespace coracle;

namespace {

std::string content(std::FILE* file) {
    std::rewind(file);
    std::string text(4096, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file));
    return text;
}

}  // namespace

TEST_CASE("a line has uvicorn's words, and lines of one turn are written together after it") {
    std::FILE* file = std::tmpfile();
    auto all = [&]() -> task<> {
        server::access_log log(file);
        log.line("127.0.0.1:60084", "GET", "/docs?x=1", "HTTP/1.1", 200);
        log.line("[::1]:1", "PUT", "/a", "HTTP/1.0", 404);
        CHECK(content(file).empty());
        co_await sleep(0ns);
        co_await sleep(0ns);
        CHECK(content(file) ==
              "INFO:     127.0.0.1:60084 - \"GET /docs?x=1 HTTP/1.1\" 200 OK\n"
              "INFO:     [::1]:1 - \"PUT /a HTTP/1.0\" 404 Not Found\n");
    };
    run(all());
    std::fclose(file);
}

TEST_CASE("what is collected is written at the latest when the log goes") {
    std::FILE* file = std::tmpfile();
    auto all = [&]() -> task<> {
        server::access_log log(file);
        log.line("c", "GET", "/", "HTTP/1.1", 204);
        co_return;
    };
    run(all());
    CHECK(content(file) == "INFO:     c - \"GET / HTTP/1.1\" 204 No Content\n");
    std::fclose(file);
}

TEST_CASE("W10: bytes that steer a terminal or forge a line are written as numbers") {
    std::FILE* file = std::tmpfile();
    auto all = [&]() -> task<> {
        server::access_log log(file);
        log.line("c", "G\x1b[31mT", "/a\"b\r\nINFO: forged\x7f\xff", "HTTP/1.1", 400);
        co_return;
    };
    run(all());
    CHECK(content(file) ==
          "INFO:     c - \"G\\x1b[31mT /a\\x22b\\x0d\\x0aINFO: forged\\x7f\\xff HTTP/1.1\" 400 Bad Request\n");
    std::fclose(file);
}
