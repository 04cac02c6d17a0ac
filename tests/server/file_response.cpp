#include <coracle/server/file_response.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/testing/test_client.hpp>

#include <os/tree.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace coracle;

namespace {

std::string texts(const test_response& of) { return std::to_string(of.status) + ' ' + of.body; }
int one() { return 1; }

TEST_CASE("a handler gives back a file, as a coroutine, as a plain function, on the loop, or with dependencies") {
    tree all;
    all.write("report.txt", "hello");
    app app;
    std::string path = all.at("report.txt");
    app.get("/coroutine", [path]() -> task<file> { co_return file(path); });
    app.get("/plain", [path] { return file(path); });
    app.get("/here", on_loop([path] { return file(path); }));
    app.get("/depends", [path](depends<one>) -> task<file> { co_return file(path); });
    app.get("/plainly", [path](depends<one>) { return file(path); });
    app.get("/by/hand", [path](request& asked) -> task<response> {
        file page(path);
        co_return co_await page.respond(asked);
    });
    app.post("/post", [path]() -> task<file> { co_return file(path); });
    test_client client(app);
    for (const char* url : {"/coroutine", "/plain", "/here", "/depends", "/plainly", "/by/hand"}) {
        test_response got = client.get(url);
        CHECK_MESSAGE(texts(got) == "200 hello", url);
        CHECK(got.headers["content-type"] == "text/plain; charset=utf-8");
        CHECK(got.headers["accept-ranges"] == "bytes");
        CHECK(client.get(url, {.headers = {{"if-none-match", std::string(got.headers["etag"])}}}).status == 304);
        CHECK(texts(client.get(url, {.headers = {{"range", "bytes=1-2"}}})) == "206 el");
        CHECK(client.head(url).headers["content-length"] == "5");
    }
    CHECK(texts(client.post("/post")) == "200 hello");
    CHECK(client.post("/post", {.headers = {{"if-match", "\"x\""}}}).status == 200);
}

TEST_CASE("W3: a name to keep it under makes it an attachment, whatever is in the name") {
    tree all;
    all.write("x.bin", "x");
    app app;
    app.get("/{?name}", [&](std::string name) -> task<file> { co_return file(all.at("x.bin"), {.filename = name}); });
    test_client client(app);
    auto field = [&](std::string name) {
        test_response got = client.get("/", {.query = {{"name", name}}});
        return std::string(got.headers["content-disposition"]);
    };
    CHECK(field("invoice.pdf") == "attachment; filename=\"invoice.pdf\"");
    CHECK(client.get("/?name=invoice.pdf").headers["content-type"] == "application/pdf");
    CHECK(field("\xc3\xa4.txt") == "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%A4.txt");
    CHECK(field("a\r\nset-cookie: b") ==
          "attachment; filename=\"a__set-cookie: b\"; filename*=UTF-8''a%0D%0Aset-cookie%3A%20b");
}

TEST_CASE("a file has the type, the status, the caching and the fields that it is given") {
    tree all;
    all.write("x.txt", "x");
    app app;
    app.get("/", [&]() -> task<file> {
        file made(all.at("x.txt"),
                  {.media_type = "text/x-mine", .cache_control = "no-store", .disposition = "inline", .status = 203});
        made.headers.set("x-id", "7");
        made.set_cookie("seen", "1");
        co_return made;
    });
    test_client client(app);
    test_response got = client.get("/", {.headers = {{"range", "bytes=0-0"}}});
    CHECK(texts(got) == "203 x");
    CHECK(got.headers["content-type"] == "text/x-mine");
    CHECK(got.headers["cache-control"] == "no-store");
    CHECK(got.headers["content-disposition"] == "inline");
    CHECK(got.headers["x-id"] == "7");
    CHECK(got.headers["set-cookie"].starts_with("seen=1"));
    CHECK(got.headers["accept-ranges"].empty());
}

TEST_CASE("W6: a file that is not there is our mistake, and nobody outside hears its name; or it is 404") {
    tree all;
    app app;
    std::string told;
    app.error_log([&](const std::exception_ptr& what, const request&) {
        try {
            std::rethrow_exception(what);
        } catch (const std::exception& why) {
            told = why.what();
        }
    });
    app.get("/ours", [&]() -> task<file> { co_return file(all.at("gone")); });
    app.get("/theirs", [&]() -> task<file> { co_return file(all.at("gone"), {.missing = 404}); });
    app.get("/directory", [&]() -> task<file> { co_return file(all.top()); });
    test_client client(app, {.raise_server_exceptions = false});
    CHECK(texts(client.get("/ours")) == R"(500 {"detail":"Internal Server Error"})");
    CHECK(told == "coracle: cannot send the file '" + all.at("gone") + "': No such file or directory");
    CHECK(texts(client.get("/theirs")) == R"(404 {"detail":"Not Found"})");
    CHECK(client.get("/directory").status == 500);
}

TEST_CASE("P1 P3: a name that a client chooses is one in the directory, or none") {
    tree all;
    all.write("a.txt", "hello");
    all.link("../secret", "out");
    app app;
    app.get("/{name}", [&](std::string name) -> task<file> { co_return file(name, {.directory = all.top()}); });
    test_client client(app);
    CHECK(client.get("/a.txt").body == "hello");
    for (const char* url : {"/..%2fsecret", "/out", "/nothing", "/%2fetc%2fpasswd", "/.%2fa.txt", "/..%2ftop%2fa.txt"})
        CHECK_MESSAGE(texts(client.get(url)) == R"(404 {"detail":"Not Found"})", url);
}

}  // namespace
