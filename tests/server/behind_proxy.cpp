#include <coracle/server/behind_proxy.hpp>

#include "loopback.hpp"
#include "talk.hpp"

#include <coracle/app/https_redirect.hpp>
#include <coracle/app/mounted_app.hpp>
#include <coracle/app/trusted_host.hpp>
#include <coracle/loop/sleep.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;
using namespace std::chrono_literals;

namespace in_behind_proxy {

void fill(app& app) {
    app.get("/who", [](request& req) -> task<std::string> {
        std::string before = std::string(req.client.address);
        co_await sleep(1ms);  // what was put into the request is still there
        std::string out(req.scheme);
        out.append(" ").append(req.host).append(" ").append(req.client.address);
        out.append(":").append(std::to_string(req.client.port));
        if (before != req.client.address) out += " CHANGED";
        co_return out;
    });
    app.get("/at/{n}", {.name = "at"}, [](request& req, int) -> task<std::string> {
        std::string out = req.url_for("at", 7);
        co_return out;
    });
    app.get("/slash/", [] { return std::string("slash"); });
    app.get("/", [] { return std::string("root"); });
    app.post("/echo", [](request& req) -> task<std::string> {
        std::string text = co_await req.body.text();
        text.append(" from ").append(req.client.address);
        co_return text;
    });
}

server::settings trusting(proxy_options how = {.trusted = {"unix"}}, std::string root_path = {}) {
    server::settings made;
    made.proxy = std::move(how);
    made.root_path = std::move(root_path);
    return made;
}
std::string body_of(const std::string& heard) {
    std::size_t end = heard.find("\r\n\r\n");
    return end == heard.npos ? heard : heard.substr(end + 4);
}
std::string location_of(const std::string& heard) {
    std::size_t at = heard.find("\r\nlocation: ");
    return at == heard.npos ? "none" : heard.substr(at + 12, heard.find("\r\n", at + 2) - at - 12);
}
/// in: more lines of the head. The peer in memory is a client of a unix socket.
std::string hear(std::string_view target, std::string_view fields, server::settings how) {
    app app;
    fill(app);
    return talk::hear(
        app, {"GET " + std::string(target) + " HTTP/1.1\r\nhost: inner:8000\r\n" + std::string(fields) + "\r\n"},
        std::move(how));
}
std::string who(std::string_view fields, server::settings how = trusting()) {
    return body_of(hear("/who", fields, std::move(how)));
}

const std::string all_fields =
    "x-forwarded-for: 203.0.113.9\r\nx-forwarded-proto: https\r\nx-forwarded-host: shop.example\r\n"
    "x-forwarded-port: 443\r\nx-forwarded-prefix: /api\r\nforwarded: for=6.6.6.6;proto=https;host=evil.example\r\n";

}  // namespace in_behind_proxy
using namespace in_behind_proxy;

TEST_CASE("D19: what anybody says of himself is nothing unless he is trusted") {
    CHECK(who(all_fields, {}) == "http inner:8000 unix::0");
    CHECK(who(all_fields,
              trusting(
                  {.trusted = {"127.0.0.1", "10.0.0.0/8", "::/0"}, .forwarded = true, .host = true, .prefix = true})) ==
          "http inner:8000 unix::0");
    CHECK(who(all_fields, trusting({.trusted = {"unix"}, .headers = false})) == "http inner:8000 unix::0");
}

TEST_CASE("a trusted proxy says who the client is and how it came, and no more unless it is known to") {
    CHECK(who(all_fields) == "https inner:8000 203.0.113.9:0");
    CHECK(who("") == "http inner:8000 unix::0");
    CHECK(who("x-forwarded-for: [2001:DB8::1]:4711\r\n") == "http inner:8000 2001:db8::1:4711");
    CHECK(who(all_fields, trusting({.trusted = {"*"}, .host = true})) == "https shop.example 203.0.113.9:0");
    CHECK(who(all_fields, trusting({.trusted = {"*"}, .forwarded = true})) == "https inner:8000 6.6.6.6:0");
    CHECK(who(all_fields, trusting({.trusted = {"*"}, .forwarded = true, .host = true})) ==
          "https evil.example 6.6.6.6:0");
}

TEST_CASE("D19: the client is the rightmost hop that is not trusted, and garbage is nobody") {
    auto how = [] { return trusting({.trusted = {"unix", "10.0.0.0/8"}}); };
    CHECK(who("x-forwarded-for: 1.1.1.1, 203.0.113.9, 10.0.0.2\r\n", how()) == "http inner:8000 203.0.113.9:0");
    for (std::string_view bad : {"", ",", "unknown", ",,,", "999.1.1.1", "\"", "[", "_"})
        CHECK(who("x-forwarded-for: " + std::string(bad) + "\r\nx-forwarded-proto: " + std::string(bad) + "\r\n",
                  how()) == "http inner:8000 unix::0");
}

TEST_CASE("W7: what is known of the connection never stands among the fields, and no field is taken for it") {
    app app;
    app.get("/", [](request& req) -> task<std::string> {
        std::string out;
        for (const auto& [name, value] : req.headers) out.append(name).append("=").append(value).append(" ");
        out.append("@").append(req.client.address);
        co_return out;
    });
    auto heard = talk::hear(app,
                            {"GET / HTTP/1.1\r\nhost: x\r\nREMOTE_ADDR: 9.9.9.9\r\nx-real-ip: 9.9.9.9\r\n"
                             "x-forwarded-for: 203.0.113.9\r\n\r\n"},
                            trusting());
    CHECK(body_of(heard) == "host=x REMOTE_ADDR=9.9.9.9 x-real-ip=9.9.9.9 x-forwarded-for=203.0.113.9 @203.0.113.9");
}

TEST_CASE("each request of a connection is asked anew, however the bytes come") {
    app app;
    fill(app);
    std::string all;
    for (std::string_view client : {"203.0.113.9", "203.0.113.10", ""})
        all += "GET /who HTTP/1.1\r\nhost: a\r\nx-forwarded-proto: https\r\nx-forwarded-host: b\r\nx-forwarded-for: " +
               std::string(client) + "\r\n\r\n";
    all +=
        "POST /echo HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.11\r\nx-forwarded-host: c\r\n"
        "content-length: 5\r\n\r\nhello";
    all += "GET /who HTTP/1.1\r\nhost: a\r\n\r\n";
    auto how = [] { return trusting({.trusted = {"unix"}, .host = true}); };
    std::string whole = talk::undated(talk::hear(app, {all}, how()));
    for (std::string_view part : {"https b 203.0.113.9:0", "https b 203.0.113.10:0", "https b unix::0",
                                  "hello from 203.0.113.11", "\r\n\r\nhttp a unix::0"})
        CHECK(whole.find(part) != whole.npos);
    CHECK(whole.find("CHANGED") == whole.npos);
    CHECK(talk::undated(talk::hear(app, talk::byte_by_byte(all), how())) == whole);
}

TEST_CASE("a background task still knows the client that a proxy named") {
    app app;
    std::string seen;
    app.get("/", [&seen](request& req, background_tasks& later) -> task<std::string> {
        later.add([&seen, &req]() -> task<> {
            co_await sleep(5ms);
            seen.append(req.client.address).append(" ").append(req.host).append(";");
        });
        co_return "";
    });
    std::string one =
        "GET / HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.9\r\nx-forwarded-host: b.example\r\n\r\n";
    std::string two =
        "GET / HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.10\r\nx-forwarded-host: c.example\r\n\r\n";
    (void)talk::hear(app, {one + two, talk::step(20ms, "")}, trusting({.trusted = {"unix"}, .host = true}));
    CHECK(seen == "203.0.113.9 b.example;203.0.113.10 c.example;");
}

TEST_CASE("links and redirects lead to where the client came from") {
    proxy_options how{.trusted = {"unix"}, .host = true, .prefix = true};
    CHECK(body_of(hear("/at/1", all_fields, trusting(how))) == "https://shop.example/api/at/7");
    CHECK(location_of(hear("/slash?a=b", all_fields, trusting(how))) == "/api/slash/?a=b");
    // A port that does not go without saying.
    CHECK(body_of(hear("/at/1", "x-forwarded-port: 8443\r\nx-forwarded-proto: https\r\n", trusting(how))) ==
          "https://inner:8443/at/7");
    CHECK(body_of(hear("/at/1", "x-forwarded-host: shop.example:80\r\n", trusting(how))) == "http://shop.example/at/7");
}

TEST_CASE("W11: what a client writes into the fields leads nobody elsewhere") {
    // A proxy that sets neither host nor prefix passes the client's own on.
    std::string evil = "x-forwarded-host: evil.example\r\nx-forwarded-prefix: //evil.example\r\n";
    CHECK(body_of(hear("/at/1", evil, trusting())) == "http://inner:8000/at/7");
    CHECK(location_of(hear("/slash", evil, trusting())) == "/slash/");
    CHECK(location_of(hear("/slash", evil, trusting({.trusted = {"unix"}, .prefix = true}))) == "/slash/");
    CHECK(location_of(hear("//slash", evil, {})).find("//") != 0);
    app strict;
    strict.use(trusted_host({.allowed_hosts = {"shop.example"}}));
    strict.get("/", [](request& req) -> task<std::string> { co_return req.origin(); });
    auto ask = [&](std::string_view host) {
        return talk::hear(strict, {"GET / HTTP/1.1\r\nhost: a\r\nx-forwarded-host: " + std::string(host) + "\r\n\r\n"},
                          trusting({.trusted = {"unix"}, .host = true}));
    };
    CHECK(body_of(ask("shop.example")) == "http://shop.example");
    CHECK(ask("evil.example").starts_with("HTTP/1.1 400"));
}

TEST_CASE("https_redirect lets in who came to the proxy by https, and sends others to the right place") {
    app secure;
    secure.use(https_redirect());
    secure.get("/", on_loop([] { return std::string("in"); }));
    auto ask = [&](std::string_view proto, server::settings how) {
        return talk::hear(secure,
                          {"GET /?a=b HTTP/1.1\r\nhost: inner\r\nx-forwarded-host: shop.example\r\n"
                           "x-forwarded-prefix: /api\r\nx-forwarded-proto: " +
                           std::string(proto) + "\r\n\r\n"},
                          std::move(how));
    };
    proxy_options how{.trusted = {"unix"}, .host = true, .prefix = true};
    CHECK(body_of(ask("https", trusting(how))) == "in");
    CHECK(location_of(ask("http", trusting(how))) == "https://shop.example/api/?a=b");
    CHECK(location_of(ask("https", {})) == "https://inner/?a=b");
}

TEST_CASE("a root path: the app is the same whether the proxy has taken it off or not") {
    auto at = [](std::string_view target) { return hear(target, "", trusting({}, "/api")); };
    CHECK(body_of(at("/api/at/1")) == "http://inner:8000/api/at/7");
    CHECK(body_of(at("/at/1")) == "http://inner:8000/api/at/7");
    CHECK(body_of(at("/api/")) == "root");
    CHECK(body_of(at("/")) == "root");
    CHECK(location_of(at("/api")) == "/api/");
    CHECK(location_of(at("/api/slash?q=1")) == "/api/slash/?q=1");
    CHECK(location_of(at("/slash?q=1")) == "/api/slash/?q=1");
    CHECK(at("/apiary").starts_with("HTTP/1.1 404"));
    CHECK(at("/api/nowhere").starts_with("HTTP/1.1 404"));
    CHECK(hear("*", "", trusting({}, "/api")).starts_with("HTTP/1.1 400"));
}

TEST_CASE("a root path and a mounted app: what stands before its paths is both") {
    app below;
    below.get("/x/{n}", {.name = "x"},
              [](request& req, int) -> task<std::string> { co_return req.url_for("x", 5) + " " + req.base_path(); });
    app app;
    app.mount("/admin", std::move(below));
    auto ask = [&](std::string_view target) {
        return body_of(
            talk::hear(app, {"GET " + std::string(target) + " HTTP/1.1\r\nhost: a\r\n\r\n"}, trusting({}, "/api")));
    };
    CHECK(ask("/api/admin/x/1") == "http://a/api/admin/x/5 /api/admin");
    CHECK(ask("/admin/x/1") == "http://a/api/admin/x/5 /api/admin");
    CHECK(ask("/admin/openapi.json").find("\"servers\":[{\"url\":\"/api/admin\"}]") != std::string::npos);
}

TEST_CASE("a root path: the document names it as its server, and the page finds the document below it") {
    for (std::string_view target : {"/openapi.json", "/api/openapi.json"})
        CHECK(hear(target, "", trusting({}, "/api")).find("\"servers\":[{\"url\":\"/api\"}]") != std::string::npos);
    for (std::string_view target : {"/docs", "/api/docs"})
        CHECK(hear(target, "", trusting({}, "/api")).find("href=\"/api/openapi.json\"") != std::string::npos);
    CHECK(hear("/openapi.json", "", {}).find("\"servers\"") == std::string::npos);
}

TEST_CASE("options of a server that mean nothing are refused with what would be right") {
    app one;
    auto refused = [&](run_options how) {
        how.port = 0;
        try {
            server::server made(one, how);
        } catch (const std::logic_error& why) {
            return std::string(why.what());
        }
        return std::string();
    };
    for (std::string_view bad : {"api", "//api", "/a b", "/a/../b", "http://x/api"}) {
        CAPTURE(bad);
        CHECK(refused({.root_path = std::string(bad)}).find("is a path such as /api") != std::string::npos);
    }
    CHECK(refused({.root_path = "/"}).empty());
    CHECK(refused({.root_path = "/api/"}).empty());
    CHECK(refused({.proxy = {.protocol = true}}).find(".proxy.trusted") != std::string::npos);
}

TEST_CASE("over sockets: the address of the proxy decides") {
    app app;
    fill(app);
    std::string request =
        "GET /who HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.9\r\nx-forwarded-proto: https\r\n\r\n";
    {
        loopback::running server(app, {.proxy = {.trusted = {"127.0.0.0/8"}}});
        CHECK(loopback::client(server.port()).ask(request).body == "https a 203.0.113.9:0");
    }
    {
        loopback::running server(app, {.proxy = {.trusted = {"10.0.0.0/8"}}});
        CHECK(loopback::client(server.port()).ask(request).body.starts_with("http a 127.0.0.1:"));
    }
}

TEST_CASE("fields of every answer, with neither server nor date if they are not wanted") {
    app app;
    app.get("/", on_loop([] { return 1; }));
    loopback::running server(
        app, {.server_header = false, .date_header = false, .headers = {{"x-frame-options", "DENY"}, {"x-a", "b"}}});
    loopback::client client(server.port());
    for (int i = 0; i < 3; ++i) {
        CHECK(client.get("/").head ==
              "HTTP/1.1 200 OK\r\nx-frame-options: DENY\r\nx-a: b\r\ncontent-type: application/json\r\ncontent-length: "
              "1\r\n");
        CHECK(client.get("/nowhere").field("x-frame-options") == "DENY");
    }
}
