#include <coracle/app/header.hpp>
#include <coracle/app/mounted_app.hpp>
#include <coracle/app/require.hpp>
#include <coracle/server/static_files.hpp>
#include <coracle/testing/test_client.hpp>

#include <os/tree.hpp>
#include <server/loopback.hpp>

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace coracle;

namespace {

struct site : tree {
    site() {
        write("a.txt", "hello");
        write("css/site.css", "body{}");
        write("docs/index.html", "<h1>docs</h1>");
        write("plain/b.txt", "b");
        write(".env", "PASSWORD=1");
        write(".well-known/security.txt", "contact");
        write("404.html", "<h1>not here</h1>");
        write("index.html", "<h1>home</h1>");
    }
};

std::string texts(const test_response& of) { return std::to_string(of.status) + ' ' + of.body; }

/// A request exactly as it is written, over a socket.
loopback::reply raw(unsigned port, std::string_view target, std::string_view fields = {},
                    std::string_view method = "GET") {
    loopback::client client(port);
    return client.ask(std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\nhost: test\r\n" +
                      std::string(fields) + "\r\n");
}

TEST_CASE("files of a directory are served below a path, with what a client needs to keep them") {
    site all;
    app app;
    app.files("/static", all.top());
    test_client client(app);
    test_response got = client.get("/static/css/site.css");
    CHECK(texts(got) == "200 body{}");
    CHECK(got.headers["content-type"] == "text/css; charset=utf-8");
    CHECK(got.headers["content-length"] == "6");
    CHECK(got.headers["accept-ranges"] == "bytes");
    CHECK(got.headers["etag"].starts_with('"'));
    CHECK(got.headers["last-modified"].ends_with(" GMT"));
    CHECK(got.headers["cache-control"].empty());
    CHECK(got.headers["vary"].empty());
    CHECK(client.get("/static/404.html").status == 200);
    CHECK(client.get("/static/nothing").body == R"({"detail":"Not Found"})");
    CHECK(client.get("/static/a.txt/").status == 404);
    CHECK(client.get("/static/a.txt/b").status == 404);
    CHECK(client.get("/static/" + std::string(300, 'x')).status == 404);
}

void known_only(header<"x-token">) {}

TEST_CASE("files are not given to who leaves out what a dependency of the app reads") {
    site all;
    app app({.dependencies = {require<known_only>}});
    app.files("/static", all.top());
    app.frontend(all.top());
    test_client client(app);
    for (const char* path : {"/static/a.txt", "/a.txt"}) {
        CAPTURE(std::string(path));
        CHECK(client.get(path).status == 422);
        CHECK(texts(client.get(path, {.headers = {{"x-token", "1"}}})) == "200 hello");
    }
}

TEST_CASE("W9: a directory is never listed, whatever is in it") {
    site all;
    app app;
    app.files("/static", all.top());
    test_client client(app);
    for (const char* path : {"/static/", "/static/plain", "/static/plain/", "/static/docs", "/static/docs/", "/static"})
        CHECK_MESSAGE(client.get(path).status == 404, path);
}

TEST_CASE("GET and HEAD are answered, others are told which") {
    site all;
    app app;
    app.files("/static", all.top());
    test_client client(app);
    test_response head = client.head("/static/a.txt"), get = client.get("/static/a.txt");
    CHECK(texts(head) == "200 ");
    for (const char* name : {"content-length", "content-type", "etag", "last-modified", "accept-ranges"})
        CHECK_MESSAGE((head.headers[name] == get.headers[name] && !get.headers[name].empty()), name);
    test_response post = client.post("/static/a.txt");
    CHECK(post.status == 405);
    CHECK(post.headers["allow"].find("GET, HEAD") == 0);
    CHECK(client.del("/static/a.txt").status == 405);
    CHECK(client.options("/static/a.txt").status == 204);
}

TEST_CASE("what the client has already is not sent again, and what it does not know is not changed by mistake") {
    site all;
    app app;
    app.files("/static", all.top(), {.cache_control = "max-age=60"});
    test_client client(app);
    std::string tag(client.get("/static/a.txt").headers["etag"]);
    std::string since(client.get("/static/a.txt").headers["last-modified"]);
    test_response same = client.get("/static/a.txt", {.headers = {{"if-none-match", "\"x\", W/" + tag}}});
    CHECK(texts(same) == "304 ");
    CHECK(same.headers["etag"] == tag);
    CHECK(same.headers["cache-control"] == "max-age=60");
    CHECK(same.headers["content-length"].empty());
    CHECK(same.headers["content-type"].empty());
    CHECK(same.headers["last-modified"].empty());
    CHECK(client.get("/static/a.txt", {.headers = {{"if-modified-since", since}}}).status == 304);
    CHECK(client.head("/static/a.txt", {.headers = {{"if-modified-since", since}}}).status == 304);
    CHECK(client.get("/static/a.txt", {.headers = {{"if-none-match", "\"x\""}, {"if-modified-since", since}}}).status ==
          200);
    CHECK(client.get("/static/a.txt", {.headers = {{"if-match", "\"x\""}}}).status == 412);
    CHECK(client.get("/static/a.txt", {.headers = {{"if-match", tag}}}).status == 200);
    CHECK(client.get("/static/a.txt", {.headers = {{"if-unmodified-since", "Sun, 06 Nov 1994 08:49:37 GMT"}}}).status ==
          412);
    all.write("a.txt", "HELLO");
    CHECK(client.get("/static/a.txt", {.headers = {{"if-none-match", tag}}}).body == "HELLO");
}

TEST_CASE("a part of a file is sent to who asks for a part") {
    site all;
    all.write("n", "0123456789");
    app app;
    app.files("/static", all.top());
    test_client client(app);
    auto ask = [&](const char* range) { return client.get("/static/n", {.headers = {{"range", range}}}); };
    CHECK(texts(ask("bytes=2-4")) == "206 234");
    CHECK(ask("bytes=2-4").headers["content-range"] == "bytes 2-4/10");
    CHECK(ask("bytes=2-4").headers["content-length"] == "3");
    CHECK(texts(ask("bytes=-3")) == "206 789");
    CHECK(texts(ask("bytes=5-")) == "206 56789");
    CHECK(texts(ask("items=0-1")) == "200 0123456789");
    CHECK(ask("bytes=x").status == 400);
    test_response none = ask("bytes=10-");
    CHECK(none.status == 416);
    CHECK(none.headers["content-range"] == "bytes */10");
    CHECK(texts(client.head("/static/n", {.headers = {{"range", "bytes=0-1"}}})) == "200 ");
    CHECK(client.get("/static/n", {.headers = {{"range", "bytes=0-1"}, {"range", "bytes=0-1"}}}).status == 200);
}

TEST_CASE("several parts come as parts with heads of their own") {
    site all;
    all.write("n.txt", "0123456789");
    app app;
    app.files("/static", all.top());
    test_client client(app);
    test_response got = client.get("/static/n.txt", {.headers = {{"range", "bytes=7-8,0-1,1-2"}}});
    CHECK(got.status == 206);
    std::string type(got.headers["content-type"]);
    REQUIRE(type.starts_with("multipart/byteranges; boundary="));
    std::string line = "--" + type.substr(31);
    CHECK(got.body ==
          line + "\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-range: bytes 0-2/10\r\n\r\n012\r\n" + line +
              "\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-range: bytes 7-8/10\r\n\r\n78\r\n" + line +
              "--\r\n");
    CHECK(got.headers["content-length"] == std::to_string(got.body.size()));
    CHECK(got.headers["content-range"].empty());
}

TEST_CASE("D15: a list of too many ranges gets the whole file, once") {
    site all;
    all.write("n", "0123456789");
    app app;
    app.files("/static", all.top());
    test_client client(app);
    std::string many = "bytes=0-0";
    for (int i = 0; i < 1000; ++i) many += ",0-,2-2,4-";
    CHECK(texts(client.get("/static/n", {.headers = {{"range", many}}})) == "200 0123456789");
    CHECK(client.get("/static/n", {.headers = {{"range", "bytes=9223372036854775807-9223372036854775808"}}}).status ==
          416);
    CHECK(client.get("/static/n", {.headers = {{"range", "bytes=-99999999999999999999999"}}}).body == "0123456789");
}

TEST_CASE("If-Range sends the part of the same file, and the whole of another") {
    site all;
    all.write("n", "0123456789");
    timespec old[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, all.at("n").c_str(), old, 0) == 0);
    app app;
    app.files("/static", all.top());
    test_client client(app);
    test_response whole = client.get("/static/n");
    CHECK(whole.headers["last-modified"] == "Sun, 09 Sep 2001 01:46:40 GMT");
    auto ask = [&](std::string_view value) {
        return client.get("/static/n", {.headers = {{"range", "bytes=0-1"}, {"if-range", std::string(value)}}}).status;
    };
    CHECK(ask(whole.headers["etag"]) == 206);
    CHECK(ask(whole.headers["last-modified"]) == 206);
    CHECK(ask("\"other\"") == 200);
    CHECK(ask("W/" + std::string(whole.headers["etag"])) == 200);
    CHECK(ask("Sun, 09 Sep 2001 01:46:41 GMT") == 200);
}

TEST_CASE("P1 P4: no spelling of a step leaves the directory, and an escape is undone once") {
    site all;
    all.write("a%2eb", "literal");
    app app;
    app.files("/static", all.top());
    loopback::running server(app);
    for (const char* path : {"/static/../secret",
                             "/static/../../secret",
                             "/static/%2e%2e/secret",
                             "/static/%2e%2e%2fsecret",
                             "/static/..%2fsecret",
                             "/static/css/../../secret",
                             "/static/css/%2e%2e/%2E%2E/secret",
                             "/static/..\\secret",
                             "/static/..%5csecret",
                             "/static/%5c..%5csecret",
                             "/static/.../secret",
                             "/static/./a.txt",
                             "/static/%2e/a.txt",
                             "/static//a.txt",
                             "/static//etc/passwd",
                             "/static/%2fetc%2fpasswd",
                             "/static/css%2fsite.css",
                             "/static/%252e%252e/secret",
                             "/static/%252e%252e%252fsecret",
                             "/static/c:/a.txt",
                             "/static/a.txt::$DATA",
                             "/static/a.txt%3a%3a$DATA",
                             "/static/..;/secret",
                             "/static/%c0%ae%c0%ae/secret",
                             "/static/..%00/secret",
                             "/static/a.txt%00.html",
                             "/static/%",
                             "/static/%2",
                             "/static/%zz",
                             "/static/a.txt%0a",
                             "/static/..%2f..%2f..%2fetc/passwd"}) {
        loopback::reply got = raw(server.port(), path);
        CHECK_MESSAGE((got.status == 404 || got.status == 400), path);
        CHECK_MESSAGE(got.body.find("secret") == std::string::npos, path);
        CHECK_MESSAGE(got.body.find("root:") == std::string::npos, path);
    }
    CHECK(raw(server.port(), "/static/a%252eb").body == "literal");
    CHECK(raw(server.port(), "/static/%61.txt").body == "hello");
}

TEST_CASE("P2: the path ends at a segment's end, and so does the directory") {
    site all;
    app app;
    app.files("/static", all.top());
    loopback::running server(app);
    CHECK(raw(server.port(), "/static-private/secret").status == 404);
    CHECK(raw(server.port(), "/staticsecret").status == 404);
    CHECK(raw(server.port(), "/static/..-private/secret").status == 404);
    CHECK(raw(server.port(), "/static%2fa.txt").status == 404);
    CHECK(raw(server.port(), "/%73tatic/a.txt").body == "hello");
}

TEST_CASE("P3: a link is not there, out or in, and what is outside answers as what is nowhere does") {
    site all;
    all.link("../secret", "out");
    all.link("..", "up");
    all.link("a.txt", "in");
    all.link("../nowhere", "dangling");
    app app;
    app.files("/static", all.top());
    app.files("/followed", all.top(), {.follow_symlinks = true});
    test_client client(app);
    std::string missing = texts(client.get("/static/nowhere"));
    for (const char* path :
         {"/static/out", "/static/up/secret", "/static/up/nowhere", "/static/in", "/static/dangling"})
        CHECK_MESSAGE(texts(client.get(path)) == missing, path);
    CHECK(client.get("/followed/in").body == "hello");
    CHECK(client.get("/followed/out").body == "secret");
    CHECK(client.get("/followed/dangling").status == 404);
}

TEST_CASE("P7: names that are streams or drives elsewhere name nothing") {
    site all;
    all.write("a:b", "x");
    all.write("a\\b", "x");
    app app;
    app.files("/static", all.top());
    loopback::running server(app);
    for (const char* path : {"/static/a:b", "/static/a%3Ab", "/static/a%5Cb", "/static/a\\b", "/static/C:%5Ca.txt"})
        CHECK_MESSAGE(raw(server.port(), path).status == 404, path);
}

TEST_CASE("hidden files are not there unless they are asked for, but for the well-known ones") {
    site all;
    app app;
    app.files("/static", all.top());
    app.files("/all", all.top(), {.hidden_files = true});
    test_client client(app);
    CHECK(client.get("/static/.env").status == 404);
    CHECK(client.get("/static/.well-known/security.txt").body == "contact");
    CHECK(client.get("/static/css/.well-known/x").status == 404);
    CHECK(client.get("/all/.env").body == "PASSWORD=1");
}

TEST_CASE("devices, pipes and sockets are not there, and nobody waits for them") {
    site all;
    REQUIRE(::mkfifo(all.at("pipe").c_str(), 0600) == 0);
    all.link("/dev/zero", "zero");
    app app;
    app.files("/static", all.top(), {.follow_symlinks = true});
    test_client client(app);
    CHECK(client.get("/static/pipe").status == 404);
    CHECK(client.get("/static/zero").status == 404);
}

TEST_CASE("what is not ours to read is 403") {
    site all;
    REQUIRE(::chmod(all.base().c_str(), 0755) == 0);
    REQUIRE(::chmod(all.at("a.txt").c_str(), 0) == 0);
    REQUIRE(::chmod(all.at("css").c_str(), 0) == 0);
    app app;
    app.files("/static", all.top());
    bool root = ::geteuid() == 0;  // who may read everything
    if (root) REQUIRE(::seteuid(65534) == 0);
    {
        test_client client(app);
        CHECK(client.get("/static/a.txt").status == 403);
        CHECK(client.get("/static/css/site.css").status == 403);
        CHECK(client.get("/static/css/nothing").status == 403);
        CHECK(client.get("/static/index.html").status == 200);
    }
    if (root) REQUIRE(::seteuid(0) == 0);
    ::chmod(all.at("css").c_str(), 0755);
}

TEST_CASE("html: a directory is its index, behind a slash, and what is not there has a page") {
    site all;
    app app;
    app.files("/site", all.top(), {.html = true});
    test_client client(app, {.follow_redirects = false});
    CHECK(client.get("/site/").body == "<h1>home</h1>");
    CHECK(client.get("/site/docs/").body == "<h1>docs</h1>");
    CHECK(client.get("/site/docs/index.html").body == "<h1>docs</h1>");
    test_response moved = client.get("/site/docs?a=1&b=%2F");
    CHECK(moved.status == 307);
    CHECK(moved.headers["location"] == "./docs/?a=1&b=%2F");
    CHECK(client.get("/site").headers["location"] == "/site/");
    test_response missing = client.get("/site/nothing");
    CHECK(texts(missing) == "404 <h1>not here</h1>");
    CHECK(missing.headers["content-type"] == "text/html; charset=utf-8");
    CHECK(missing.headers["etag"].empty());
    CHECK(client.get("/site/nothing", {.headers = {{"range", "bytes=0-1"}}}).status == 404);
    CHECK(client.get("/site/plain").status == 404);
    CHECK(client.get("/site/plain/").status == 404);
    CHECK(client.head("/site/nothing").headers["content-length"] == "17");
    ::unlink(all.at("404.html").c_str());
    CHECK(client.get("/site/nothing").body == R"({"detail":"Not Found"})");
    CHECK(client.get("/site/docs", {.follow_redirects = true}).body == "<h1>docs</h1>");
}

TEST_CASE("W11: no directory's name makes a redirect to another host") {
    site all;
    all.write("evil.example/index.html", "x");
    all.write("a b/index.html", "x");
    app app;
    app.files("", all.top(), {.html = true});
    loopback::running server(app);
    for (const char* path :
         {"//evil.example", "//evil.example/..", "/%2fevil.example", "///evil.example", "/%5cevil.example",
          "/evil.example", "/evil.example?//x.example", "/a%20b", "//evil.example/%2e%2e"}) {
        loopback::reply got = raw(server.port(), path);
        std::string to = got.field("location");
        CHECK_MESSAGE((to.empty() || to.starts_with("./") || (to.starts_with('/') && !to.starts_with("//"))), path);
        CHECK_MESSAGE(to.find('\\') == std::string::npos, path);
    }
    CHECK(raw(server.port(), "/evil.example").field("location") == "./evil.example/");
    CHECK(raw(server.port(), "/a%20b").field("location") == "./a%20b/");
}

TEST_CASE("compressed siblings go to who can read them, by weight, and caches are told") {
    site all;
    all.write("app.js", "plain");
    all.write("app.js.gz", "gzipped");
    all.write("app.js.br", "brotli");
    all.write("app.js.zst", "zstd");
    all.write("only.css", "plain");
    app app;
    app.files("/static", all.top(), {.precompressed = true});
    test_client client(app);
    auto ask = [&](const char* accept, const char* name = "/static/app.js") {
        return client.get(name, {.headers = {{"accept-encoding", accept}}});
    };
    CHECK(ask("gzip, deflate, br, zstd").body == "brotli");
    CHECK(ask("gzip").body == "gzipped");
    CHECK(ask("gzip;q=1, br;q=0.5").body == "gzipped");
    CHECK(ask("br;q=0, *").body == "zstd");
    CHECK(ask("identity, gzip;q=0.5").body == "plain");
    CHECK(ask("gzip;q=0").body == "plain");
    CHECK(ask("deflate").body == "plain");
    CHECK(client.get("/static/app.js").body == "plain");
    test_response zipped = ask("gzip"), plain = ask("");
    CHECK(zipped.headers["content-encoding"] == "gzip");
    CHECK(zipped.headers["content-type"] == "text/javascript; charset=utf-8");
    CHECK(zipped.headers["vary"] == "accept-encoding");
    CHECK(plain.headers["vary"] == "accept-encoding");
    CHECK(plain.headers["content-encoding"].empty());
    CHECK(zipped.headers["etag"] != plain.headers["etag"]);
    CHECK(client
              .get("/static/app.js",
                   {.headers = {{"accept-encoding", "gzip"}, {"if-none-match", std::string(plain.headers["etag"])}}})
              .status == 200);
    CHECK(client.get("/static/app.js", {.headers = {{"accept-encoding", "gzip"}, {"range", "bytes=0-3"}}}).body ==
          "gzip");
    CHECK(ask("br", "/static/only.css").body == "plain");
    CHECK(ask("gzip", "/static/app.js.gz").headers["content-type"] == "application/gzip");
    CHECK(ask("gzip", "/static/app.js.gz").headers["content-encoding"].empty());
}

TEST_CASE("a directory's caching is what it says, and files that never change are kept for a year") {
    site all;
    app app;
    app.files("/static", all.top(), {.cache_control = "max-age=60"});
    app.files("/built", all.top(), {.immutable = true});
    test_client client(app);
    CHECK(client.get("/static/a.txt").headers["cache-control"] == "max-age=60");
    CHECK(client.get("/built/a.txt").headers["cache-control"] == "public, max-age=31536000, immutable");
}

TEST_CASE("a directory that is not there is a mistake at the start, and the sentence says what to do") {
    site all;
    app app;
    try {
        app.files("/static", all.at("nowhere"));
        FAIL("there is no such directory");
    } catch (const std::logic_error& why) {
        CHECK(std::string(why.what()) == "coracle: files() cannot serve the directory '" + all.at("nowhere") +
                                             "': No such file or directory; make it, or say {.check_dir = false}");
    }
    CHECK_THROWS_WITH_AS(app.files("/x", all.at("a.txt")), doctest::Contains("Not a directory"), std::logic_error);
    CHECK_THROWS_AS(app.files("/x/", all.top()), std::logic_error);
    CHECK_THROWS_AS(app.files("/x", all.top(), {.cache_control = "a\r\nset-cookie: b"}), std::logic_error);
    app.files("/later", all.at("later"), {.check_dir = false});
    test_client client(app, {.raise_server_exceptions = false});
    CHECK(client.get("/later/a").status == 500);
    all.write("later/a", "now");
    CHECK(client.get("/later/a").body == "now");
}

TEST_CASE("a directory that is replaced is another one from then on, and a relative one stays where it was") {
    site all;
    std::string before = os::working_directory();
    std::filesystem::current_path(all.base());
    app app;
    app.files("/static", "top");
    std::filesystem::current_path(before);
    test_client client(app);
    CHECK(client.get("/static/a.txt").body == "hello");
    std::filesystem::rename(all.top(), all.base() + "/old");
    all.write("a.txt", "new");
    CHECK(client.get("/static/a.txt").body == "new");
}

TEST_CASE("directories stand in routers and mounted apps, behind middleware and dependencies, and have names") {
    site all;
    app app, inner;
    router assets("/assets/{version}");
    assets.files("/css", all.at("css"), {.name = "css"});
    app.include(assets, "/v1");
    inner.files("/files", all.top());
    app.mount("/in", std::move(inner));
    app.use([](request& asked, next next) -> task<response> {
        response made = co_await next(asked);
        made.headers.set("x-seen", std::to_string(made.status));
        co_return made;
    });
    app.on_status(404, [] { return response(404, "ours"); });
    test_client client(app);
    test_response got = client.get("/v1/assets/7/css/site.css");
    CHECK(texts(got) == "200 body{}");
    CHECK(got.headers["x-seen"] == "200");
    CHECK(texts(client.get("/in/files/a.txt")) == "200 hello");
    CHECK(texts(client.get("/v1/assets/7/css/x")) == "404 ours");
    CHECK(app.url_path_for("css", 7, "site.css") == "/v1/assets/7/css/site.css");
    CHECK(app.openapi()["paths"].size() == 0);
}

struct built : tree {
    built() {
        write("index.html", "<div id=app>");
        write("favicon.ico", "icon");
        write("assets/index-B7PI925R.js", "code");
        write("assets/index-B7PI925R.js.br", "br");
        write("guide/index.html", "docs");
    }
};
const test_options page{.headers = {{"accept", "text/html,application/xhtml+xml,*/*;q=0.8"}}};

TEST_CASE("a frontend gives its files, and its page for what is none, to who wants a page") {
    built all;
    app app;
    app.frontend(all.top());
    test_client client(app);
    CHECK(client.get("/").body == "<div id=app>");
    CHECK(client.get("/favicon.ico").body == "icon");
    CHECK(client.get("/users/7", page).body == "<div id=app>");
    CHECK(client.get("/users/7", page).status == 200);
    CHECK(client.get("/users/john.doe", page).body == "<div id=app>");
    CHECK(client.get("/search/a:b%2Fc", page).body == "<div id=app>");
    CHECK(client.get("/guide/", page).body == "docs");
    CHECK(client.get("/users/7").status == 404);
    CHECK(client.get("/users/7", {.headers = {{"accept", "application/json"}}}).status == 404);
    CHECK(client.get("/users/7", {.headers = {{"accept", "text/html;q=0, */*"}}}).status == 404);
    CHECK(client.get("/assets/gone.js", page).status == 404);
    CHECK(client.post("/users/7").status == 404);
    CHECK(client.head("/users/7", page).status == 200);
}

TEST_CASE("routes go before a frontend, whenever they were added, and so do what they refuse and redirect") {
    built all;
    app app, inner;
    app.frontend(all.top());
    app.get("/api/items", on_loop([] { return "items"; }));
    app.post("/api/orders", on_loop([] { return "ordered"; }));
    inner.get("/x", on_loop([] { return "inner"; }));
    app.mount("/in", std::move(inner));
    SUBCASE("plain") {}
    SUBCASE("behind middleware") {
        app.use([](request& asked, next next) -> task<response> { co_return co_await next(asked); });
    }
    test_client client(app);
    CHECK(client.get("/api/items", page).body == "items");
    CHECK(client.get("/api/items/", page).body == "items");
    CHECK(client.get("/api/orders", page).status == 405);
    CHECK(client.get("/api/nothing", page).body == "<div id=app>");
    CHECK(client.get("/in/x", page).body == "inner");
    CHECK(client.get("/in/y", page).status == 404);
    CHECK(client.get("/openapi.json", page).json()["paths"].size() == 2);
    CHECK(client.get("/%zz").status == 400);
}

TEST_CASE("names with a hash are kept for good, and the rest is asked for again") {
    built all;
    app app;
    app.frontend(all.top());
    test_client client(app);
    CHECK(client.get("/assets/index-B7PI925R.js").headers["cache-control"] == "public, max-age=31536000, immutable");
    CHECK(client.get("/", page).headers["cache-control"] == "no-cache");
    CHECK(client.get("/users/7", page).headers["cache-control"] == "no-cache");
    test_response br = client.get("/assets/index-B7PI925R.js", {.headers = {{"accept-encoding", "br"}}});
    CHECK(br.body == "br");
    CHECK(br.headers["cache-control"] == "public, max-age=31536000, immutable");
}

TEST_CASE("a frontend's fallback is what it says, and it may stand below a path") {
    built all;
    app app;
    app.frontend("/none", all.top(), {.fallback = ""});
    app.frontend("/app", all.top(), {.fallback = "guide/index.html"});
    router admin("/admin");
    admin.frontend(all.top());
    app.include(admin);
    test_client client(app);
    CHECK(client.get("/none/x", page).status == 404);
    CHECK(client.get("/none/favicon.ico", page).body == "icon");
    CHECK(texts(client.get("/app/x", page)) == "200 docs");
    CHECK(client.get("/admin/x", page).body == "<div id=app>");
    CHECK(client.get("/x", page).status == 404);
    all.write("404.html", "gone");
    CHECK(texts(client.get("/admin/x", page)) == "404 gone");
}

TEST_CASE("a file that is larger than what is read at once goes out whole, over a socket and without one") {
    site all;
    std::string text(3'000'000, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 + i / 251);
    all.write("large.bin", text);
    app app;
    app.files("/static", all.top());
    test_client client(app);
    CHECK(client.get("/static/large.bin").body == text);
    CHECK(client.get("/static/large.bin", {.headers = {{"range", "bytes=1000000-2999998"}}}).body ==
          text.substr(1'000'000, 1'999'999));
    loopback::running server(app);
    loopback::client line(server.port());
    for (int i = 0; i < 3; ++i) CHECK(line.get("/static/large.bin").body == text);
    CHECK(line.get("/static/a.txt").body == "hello");
    loopback::reply parts = line.ask("GET /static/large.bin HTTP/1.1\r\nhost: t\r\nrange: bytes=0-9,-400000\r\n\r\n");
    CHECK(parts.status == 206);
    CHECK(parts.body.find(text.substr(2'600'000)) != std::string::npos);
    loopback::reply old = loopback::client(server.port()).ask("GET /static/large.bin HTTP/1.0\r\n\r\n");
    CHECK(old.body == text);
}

TEST_CASE("offsets beyond four gigabytes are sent as they are") {
    site all;
    constexpr off_t far = (off_t{5} << 30) + 7;
    {
        os::file_descriptor large(::open(all.at("large.bin").c_str(), O_RDWR | O_CREAT, 0600));
        REQUIRE(::pwrite(large.get(), "far away", 8, far) == 8);
    }
    app app;
    app.files("/static", all.top());
    loopback::running server(app);
    loopback::reply got = raw(server.port(), "/static/large.bin", "range: bytes=5368709123-5368709134\r\n");
    CHECK(got.status == 206);
    CHECK(got.body == std::string("\0\0\0\0far away", 12));
    CHECK(got.field("content-range") == "bytes 5368709123-5368709134/5368709135");
    CHECK(raw(server.port(), "/static/large.bin", {}, "HEAD").field("content-length") == "5368709135");
}

TEST_CASE("P6: a file that is cut while it is sent ends the connection, and the server goes on") {
    site all;
    all.write("large.bin", std::string(64 << 20, 'x'));
    app app;
    app.error_log([](const std::exception_ptr&, const request&) {});
    app.files("/static", all.top());
    loopback::running server(app);
    loopback::client line(server.port());
    line.send("GET /static/large.bin HTTP/1.1\r\nhost: test\r\n\r\nGET /static/a.txt HTTP/1.1\r\nhost: test\r\n\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // until the socket is full
    REQUIRE(::truncate(all.at("large.bin").c_str(), 1000) == 0);
    std::string got = line.drain();
    CHECK(got.find("content-length: 67108864\r\n") != std::string::npos);
    CHECK(got.size() < (64 << 20));
    CHECK(got.find("hello") == std::string::npos);
    CHECK(raw(server.port(), "/static/a.txt").body == "hello");
}

TEST_CASE("W8: an answer has the bytes of the file and no others, whatever its size") {
    site all;
    app app;
    app.files("/static", all.top());
    loopback::running server(app);
    loopback::client line(server.port());
    for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{16383}, std::size_t{16384}, std::size_t{16385},
                             std::size_t{65536}, std::size_t{262144}, std::size_t{262145}}) {
        std::string text(size, 'y');
        all.write("n", text);
        CHECK(line.get("/static/n").body == text);
        CHECK(line.get("/static/n").field("content-length") == std::to_string(size));
        loopback::reply head = line.ask("HEAD /static/n HTTP/1.1\r\nhost: test\r\n\r\n");
        CHECK(head.field("content-length") == std::to_string(size));
    }
}

}  // namespace
