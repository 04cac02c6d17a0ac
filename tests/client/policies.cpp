// Threats C1 C5 C6 C7, and scenarios of a client's policies: what really stands on the wire, and to whom it goes.
#include <coracle/client/digest_auth.hpp>
#include <coracle/client/generator_stream.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/client/multipart_body.hpp>
#include <coracle/testing/app_transport.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <coracle/app/app.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/generator.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/loop/sleep.hpp>

#include <os/temporary_folder.hpp>
#include <server/loopback.hpp>

#include "scripted_upstream.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;
using client::scripted_upstream;

namespace {

// All the servers of a test, which look at the Host field; and all that was ever asked of any of them.
struct small_world {
    std::vector<std::string> asked{};
    std::shared_ptr<scripted_upstream> up{};
    http_client_options options{};

    explicit small_world(std::function<std::string(const std::string& asked)> servers) {
        up = scripted_upstream::answering([this, servers](const std::string& bytes) {
            asked.push_back(bytes);
            return servers(bytes);
        });
        options.transport = up;
    }
    http_client http() { return http_client(std::move(options)); }
};
std::string moves(std::string_view to, int status = 302, std::string_view more = {}) {
    return client::answer("", status, "location: " + std::string(to) + std::string(more));
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

template <class Work>
auto in_virtual_time(Work work) {
    return run(virtual_time, work());
}

}  // namespace

TEST_CASE("redirects are followed where it is said, and the reply tells of the way") {
    small_world world([](const std::string& asked) {
        if (has(asked, "GET /old")) return moves("/new?x=1#here");
        return client::answer("found");
    });
    http_client http = world.http();
    in_virtual_time([&]() -> task<> {
        auto left = co_await http.get("http://a.test/old");
        CHECK(left.status == 302);
        auto reply = co_await http.get("http://a.test/old").follow_redirects();
        CHECK(reply.text() == "found");
        CHECK(reply.url.text() == "http://a.test/new?x=1#here");
        REQUIRE(reply.history.size() == 1);
        CHECK(reply.history[0].status == 302);
        CHECK(reply.history[0].url.text() == "http://a.test/old");
    });
    CHECK(world.asked[2].starts_with("GET /new?x=1 HTTP/1.1\r\nhost: a.test\r\n"));
}

TEST_CASE("C1 default headers, cookies, auth and what was written by hand do not reach another origin on the wire") {
    for (const char* elsewhere : {"http://b.test/", "http://a.test:8080/", "//b.test/x"}) {
        CAPTURE(elsewhere);
        small_world world([&](const std::string& asked) {
            if (has(asked, "GET /start")) return moves(elsewhere, 302, "\r\nset-cookie: new=secret");
            return client::answer("");
        });
        world.options.redirects.follow = true;
        world.options.headers = {{"authorization", "Bearer secret"}, {"x-api-key", "secret"}, {"x-plain", "shown"}};
        world.options.cookie_jar = client::cookie_store::made();
        world.options.base_url = "http://a.test";
        http_client http = world.http();
        in_virtual_time([&]() -> task<> {
            auto reply = co_await http.get("/start").header("cookie", "own=secret");
            CHECK(reply.status == 200);
        });
        REQUIRE(world.asked.size() == 2);
        CHECK(has(world.asked[0], "authorization: Bearer secret\r\n"));
        // A port is no part of a cookie's site (RFC 6265 8.5), so the jar shows it there; another host never sees it.
        if (world.up->last_host == "a.test")
            CHECK(has(world.asked[1], "\r\ncookie: new=secret\r\n"));
        else
            CHECK(!has(world.asked[1], "secret"));
        CHECK(!has(world.asked[1], "own="));
        CHECK(!has(world.asked[1], "Bearer"));
        CHECK(has(world.asked[1], "x-plain: shown\r\n"));
    }
}

TEST_CASE("one request may have a cookie_jar of its own, which keeps what it is given for the next one") {
    small_world world(
        [](const std::string&) { return std::string("HTTP/1.1 204 No Content\r\nset-cookie: seen=1\r\n\r\n"); });
    http_client http = world.http();
    auto mine = client::cookie_store::made();
    in_virtual_time([&]() -> task<> {
        co_await http.get("http://a.test/").cookie_jar(mine);
        co_await http.get("http://a.test/");
        co_await http.get("http://a.test/").cookie_jar(mine);
    });
    REQUIRE(world.asked.size() == 3);
    CHECK(!has(world.asked[0], "cookie:"));
    CHECK(!has(world.asked[1], "cookie:"));
    CHECK(has(world.asked[2], "\r\ncookie: seen=1\r\n"));
}

TEST_CASE("C1 the auth of a client with a base_url is not shown to whom a whole URL names") {
    small_world world([](const std::string&) { return client::answer(""); });
    world.options.base_url = "http://a.test/api";
    world.options.auth = client::basic("me", "secret");
    http_client http = world.http();
    in_virtual_time([&]() -> task<> {
        co_await http.get("/x");
        co_await http.get("http://b.test/x");
        co_await http.get("http://b.test/x").bearer("mine");
    });
    CHECK(has(world.asked[0], "authorization: Basic bWU6c2VjcmV0\r\n"));
    CHECK(!has(world.asked[1], "authorization"));
    CHECK(has(world.asked[2], "authorization: Bearer mine\r\n"));
}

TEST_CASE("C1 default headers that prove who asks stay with the base_url when a whole URL leads elsewhere") {
    small_world world([](const std::string&) { return client::answer(""); });
    world.options.base_url = "http://a.test/api";
    world.options.headers = {{"Authorization", "Bearer secret"}, {"X-Api-Key", "secret"}, {"x-plain", "shown"}};
    http_client http = world.http();
    in_virtual_time([&]() -> task<> {
        co_await http.get("/x");
        co_await http.get("http://a.test:80/x");
        co_await http.get("http://b.test/x");
        co_await http.get("http://a.test.b.test/x").header("x-plain", "mine").follow_redirects();
        co_await http.get("http://b.test/x").header("authorization", "Bearer other");
    });
    CHECK(has(world.asked[0], "authorization: Bearer secret\r\n"));
    CHECK(has(world.asked[1], "authorization: Bearer secret\r\n"));
    CHECK(!has(world.asked[2], "secret"));
    CHECK(has(world.asked[2], "x-plain: shown\r\n"));
    CHECK(has(world.asked[2], "user-agent: coracle/"));
    CHECK(!has(world.asked[3], "secret"));
    CHECK(has(world.asked[3], "x-plain: mine\r\n"));
    CHECK(has(world.asked[4], "authorization: Bearer other\r\n"));
}

TEST_CASE("C1 a URL with a name and a password in it is refused, for nobody would see what becomes of them") {
    http_client http;
    for (const char* url :
         {"http://me:secret@a.test/", "http://me@a.test", "http://a.test\\@b.test/", "http://@a.test/"}) {
        std::string why;
        try {
            (void)http.get(url);
        } catch (const invalid_url& refused) {
            why = refused.what();
        }
        CHECK(has(why, ".basic_auth("));
        CHECK(!has(why, "secret"));
    }
    CHECK_THROWS_AS(http_client({.base_url = "http://me:secret@a.test/"}), invalid_url);
    CHECK(http.get("http://a.test/@me?x=@y").request().url.text() == "http://a.test/@me?x=@y");
}

TEST_CASE(
    "answers on the way are passed over when the last one is wanted as a stream, and their connection is used again") {
    small_world world([](const std::string& asked) {
        if (has(asked, "GET /old")) return client::answer(std::string(10'000, 'x'), 302, "location: /new");
        if (has(asked, "GET /large")) return client::answer(std::string(200'000, 'x'), 302, "location: /new");
        return client::answer("found");
    });
    world.options.base_url = "http://a.test";
    world.options.redirects.follow = true;
    http_client http = world.http();
    in_virtual_time([&]() -> task<> {
        auto reply = co_await http.get("/old").stream();
        co_await reply.load();
        CHECK(reply.text() == "found");
        CHECK(world.up->opened == 1);
        auto second = co_await http.get("/large").stream();
        co_await second.load();
        CHECK(second.text() == "found");
        CHECK(world.up->opened == 2);  // what was too much to read was closed
    });
}

TEST_CASE("C1 a hook sees where each exchange goes, and what it adds to one does not go along with the next") {
    small_world world([](const std::string& asked) {
        return has(asked, "host: a.test") ? moves("http://b.test/") : client::answer("");
    });
    world.options.redirects.follow = true;
    int replies = 0;
    world.options.on_request = [](outgoing_request& request) -> task<> {
        if (request.url.host() == "a.test") request.fields.set("x-signature", "secret");
        co_return;
    };
    world.options.on_reply = [&replies](http_reply& reply) -> task<> {
        ++replies;
        CHECK(!reply.url.authority.empty());
        co_return;
    };
    http_client http = world.http();
    in_virtual_time([&]() -> task<> { co_await http.get("http://a.test/"); });
    CHECK(has(world.asked[0], "x-signature: secret"));
    CHECK(!has(world.asked[1], "secret"));
    CHECK(replies == 2);
}

TEST_CASE("C1 redirects in a circle, to nowhere, and with a body that may not go there, are errors") {
    small_world world([](const std::string& asked) {
        if (has(asked, " /circle")) return moves("/circle");
        if (has(asked, " /nowhere")) return moves("http://");
        if (has(asked, " /out")) return moves("http://b.test/in", 307);
        return client::answer("");
    });
    world.options.base_url = "http://a.test";
    world.options.redirects.follow = true;
    http_client http = world.http();
    in_virtual_time([&]() -> task<> {
        std::string why;
        for (const char* path : {"/circle", "/nowhere", "/out"}) {
            try {
                co_await http.post(path).body("secret");
            } catch (const redirect_refused& refused) {
                why += refused.what();
            } catch (const too_many_redirects& endless) {
                why += endless.what();
            }
            why += '\n';
        }
        // 302 makes a POST a GET.
        CHECK(why ==
              "coracle: more than 20 redirects, the last one from http://a.test/circle to http://a.test/circle\n"
              "coracle: http://a.test/nowhere redirects to 'http://', which has no host that can be asked\n"
              "coracle: http://a.test/out wants the body to go to http://b.test/in, which is another origin; allow it "
              "with redirect_rules::body_to_other_origin\n");
    });
    for (const std::string& each : world.asked) CHECK(!has(each, "host: b.test"));
}

TEST_CASE(
    "a form, a form with a file on disk, and pieces of a generator come over as what they are, and twice if asked") {
    temporary_folder folder;
    std::ofstream(folder.in("a.txt")) << std::string(100'000, 'x');
    int calls = 0;
    small_world world([&calls](const std::string&) {
        ++calls;
        return calls % 2 == 1 ? client::answer("", 503, "retry-after: 1") : client::answer("");
    });
    world.options.base_url = "http://a.test";
    world.options.retry.attempts = 2;
    http_client http = world.http();
    in_virtual_time([&]() -> task<> {
        co_await http.put("/form").form("a b", "c&d").form("n", 7);
        co_await http.put("/files").multipart(multipart_body().field("x", "y").file_on_disk("f", folder.in("a.txt")));
        auto pieces = []() -> generator<std::string> {
            co_yield std::string("one");
            co_yield std::string("two");
        };
        auto reply = co_await http.put("/stream").body(pieces());
        CHECK(reply.status == 503);  // C6: it cannot be sent again
    });
    REQUIRE(world.asked.size() == 5);
    CHECK(world.asked[1].ends_with("\r\ncontent-length: 15\r\n\r\na%20b=c%26d&n=7"));
    CHECK(has(world.asked[1], "content-type: application/x-www-form-urlencoded\r\n"));
    CHECK(world.asked[0] == world.asked[1]);
    CHECK(has(world.asked[3], std::string(100'000, 'x') + "\r\n--coracle-form-"));
    CHECK(has(world.asked[3], "\r\ncontent-length: 100"));
    CHECK(world.asked[2] == world.asked[3]);
    CHECK(world.asked[4].ends_with("\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
}

TEST_CASE(
    "C6 a POST whose connection breaks is not sent again, a GET is, and a wait that total forbids is not waited for") {
    int calls = 0;
    auto up = std::make_shared<scripted_upstream>([&calls](net::memory_stream& line, int) -> task<> {
        std::string asked = co_await client::next_request(line);
        ++calls;
        if (calls % 2 == 1) co_return;  // hangs up
        std::string said = client::answer("late", 503, "retry-after: 30\r\nconnection: close");
        auto sent = co_await line.write(said);
        CHECK(sent.has_value());
    });
    http_client_options how;
    how.transport = up;
    how.retry.attempts = 2;
    http_client http(std::move(how));
    in_virtual_time([&]() -> task<> {
        bool failed = false;
        try {
            co_await http.post("http://a.test/").body("x");
        } catch (const transport_error&) {
            failed = true;
        }
        CHECK(failed);
        CHECK(calls == 1);
        calls = 0;
        auto reply = co_await http.get("http://a.test/");
        CHECK(reply.status == 503);
        CHECK(calls == 2);
        calls = 1;
        auto hurried = co_await http.get("http://a.test/").timeout(client_timeouts(5s).total(10s));
        CHECK(hurried.status == 503);
        CHECK(calls == 2);
    });
}

TEST_CASE("a digest challenge is answered on the wire, and not for ever") {
    small_world world([](const std::string& asked) {
        if (has(asked, "host: loop.test") || !has(asked, "authorization: Digest "))
            return client::answer("", 401,
                                  "www-authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", stale=true");
        return client::answer("in");
    });
    http_client http = world.http();
    in_virtual_time([&]() -> task<> {
        client::auth who = client::digest("me", "x");
        auto reply = co_await http.get("http://a.test/x").auth(who);
        CHECK(reply.text() == "in");
        CHECK(reply.history.empty());
        CHECK(world.asked.size() == 2);
        auto next = co_await http.get("http://a.test/y").auth(who);
        CHECK(next.status == 200);
        CHECK(world.asked.size() == 3);
        CHECK(has(world.asked[2], "nc=00000002"));
        auto never = co_await http.get("http://loop.test/").auth(who);
        CHECK(never.status == 401);
        CHECK(world.asked.size() == 7);
    });
}

TEST_CASE(
    "C5 a proxy is asked for whole URLs and told who asks; the origin is not, also not after a redirect past it") {
    small_world world([](const std::string& asked) {
        return has(asked, "GET http://a.test/") ? moves("http://direct.test/") : client::answer("");
    });
    world.options.proxy = client::proxy_rules("http://me:x@proxy.test:3128", "direct.test");
    world.options.redirects.follow = true;
    http_client http = world.http();
    in_virtual_time([&]() -> task<> {
        auto reply = co_await http.get("http://a.test/?q=1");
        CHECK(reply.status == 200);
        CHECK(world.up->last_host == "direct.test");
        auto other = co_await http.get("http://b.test/");
        CHECK(other.status == 200);
        CHECK(world.up->opened == 2);  // what goes to the proxy shares its connections
    });
    CHECK(world.asked[0].starts_with("GET http://a.test/?q=1 HTTP/1.1\r\nhost: a.test\r\n"));
    CHECK(has(world.asked[0], "\r\nproxy-authorization: Basic bWU6eA==\r\n"));
    CHECK(world.asked[1].starts_with("GET / HTTP/1.1\r\nhost: direct.test\r\n"));
    CHECK(!has(world.asked[1], "proxy-authorization"));
}

TEST_CASE("C2 https goes through a proxy by CONNECT, and what proves the server is asked of whom the URL names") {
    struct scripted_secrecy final : client::secure_layer {
        std::vector<std::string> wrapped{};
        task<result<net::any_stream, net::connect_error>> wrap(net::any_stream plain, std::string host) override {
            wrapped.push_back(std::move(host));
            co_return std::move(plain);
        }
    };
    auto secrecy = std::make_shared<scripted_secrecy>();
    small_world world([](const std::string& asked) {
        if (has(asked, "CONNECT no.test:443 ")) return client::answer("who are you", 407);
        if (has(asked, "CONNECT ")) return std::string("HTTP/1.1 200 Connection established\r\n\r\n");
        if (has(asked, "GET /away")) return moves("https://b.test/");
        return client::answer("secret");
    });
    world.options.proxy = client::proxy_rules("http://me:x@proxy.test:3128");
    world.options.tls = secrecy;
    world.options.redirects.follow = true;
    http_client http = world.http();
    in_virtual_time([&]() -> task<> {
        auto reply = co_await http.get("https://a.test/x");
        CHECK(reply.text() == "secret");
        CHECK(world.up->last_host == "proxy.test");
        CHECK(world.up->last_port == 3128);
        auto again = co_await http.get("https://a.test/y");
        CHECK(again.status == 200);
        CHECK(world.up->opened == 1);
        auto moved = co_await http.get("https://a.test/away");
        CHECK(moved.text() == "secret");
        CHECK(world.up->opened == 2);
        std::string why;
        try {
            co_await http.get("https://no.test/");
        } catch (const proxy_error& refused) {
            why = refused.what();
        }
        CHECK(why == "GET https://no.test/: the proxy proxy.test:3128 does not connect to no.test: it says 407");
    });
    CHECK(world.asked[0] ==
          "CONNECT a.test:443 HTTP/1.1\r\nhost: a.test:443\r\nproxy-authorization: Basic bWU6eA==\r\n\r\n");
    CHECK(world.asked[1].starts_with("GET /x HTTP/1.1\r\nhost: a.test\r\n"));
    for (const std::string& each : world.asked) CHECK(has(each, "proxy-authorization") == each.starts_with("CONNECT "));
    CHECK(secrecy->wrapped == std::vector<std::string>{"a.test", "b.test"});
}

TEST_CASE("C5 nobody goes through a tunnel that a proxy has made for another one's name") {
    small_world world([](const std::string& asked) {
        if (has(asked, "CONNECT ") && !has(asked, "proxy-authorization: Basic bWU6eA=="))
            return client::answer("", 407);
        if (has(asked, "CONNECT ")) return std::string("HTTP/1.1 200 Connection established\r\n\r\n");
        return client::answer("in");
    });
    struct open_secrecy final : client::secure_layer {
        task<result<net::any_stream, net::connect_error>> wrap(net::any_stream plain, std::string) override {
            co_return std::move(plain);
        }
    };
    world.options.tls = std::make_shared<open_secrecy>();
    http_client_options stranger;
    stranger.transport = world.options.transport;
    stranger.tls = world.options.tls;
    world.options.proxy = client::proxy_rules("http://me:x@proxy.test:3128");
    stranger.proxy = client::proxy_rules("http://proxy.test:3128");
    http_client mine = world.http();
    http_client other(std::move(stranger));
    in_virtual_time([&]() -> task<> {
        auto reply = co_await mine.get("https://a.test/");
        CHECK(reply.text() == "in");
        bool refused = false;
        try {
            auto never = co_await other.get("https://a.test/");
        } catch (const proxy_error&) {
            refused = true;
        }
        CHECK(refused);
    });
}

TEST_CASE("C5 a proxy that answers garbage is an error, and one that asks who we are is an answer") {
    for (const char* garbage : {"", "\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200\r\ncontent-length: 1, 2\r\n\r\nx",
                                "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n"}) {
        CAPTURE(garbage);
        auto up = std::make_shared<scripted_upstream>([garbage](net::memory_stream& line, int) -> task<> {
            std::string asked = co_await client::next_request(line);
            std::string said = garbage;
            if (said.empty()) co_return;
            auto sent = co_await line.write(said);
            CHECK(sent.has_value());
        });
        http_client_options how;
        how.transport = up;
        how.proxy = client::proxy_rules("http://proxy.test");
        http_client http(std::move(how));
        bool failed = false;
        in_virtual_time([&]() -> task<> {
            try {
                co_await http.get("http://a.test/");
            } catch (const transport_error&) {
                failed = true;
            }
        });
        CHECK(failed);
    }
    small_world world([](const std::string&) { return client::answer("", 407, "proxy-authenticate: Basic"); });
    world.options.proxy = client::proxy_rules("http://proxy.test");
    http_client http = world.http();
    in_virtual_time([&]() -> task<> {
        auto reply = co_await http.get("http://a.test/");
        CHECK(reply.status == 407);
    });
}

TEST_CASE("C7 with a guard no name, literal or redirect leads to this machine, and nothing is sent there") {
    app served;
    int calls = 0;
    unsigned port = 0;
    served.get("/", [&calls]() -> task<std::string> {
        ++calls;
        co_return "inside";
    });
    served.get("/out", [&port](request&) -> task<response> {
        response made(302, "");
        made.headers.set("location", "http://127.0.0.2:" + std::to_string(port) + "/");
        co_return made;
    });
    loopback::running server(served);
    port = server.port();
    std::string here = ":" + std::to_string(port) + "/";
    auto work = [&]() -> task<> {
        http_client open;
        auto first = co_await open.get("http://127.0.0.1" + here);
        CHECK(first.text() == "inside");  // and its connection is kept
        http_client guarded({.guard = client::address_guard::on()});
        for (const char* host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "a.localhost"}) {
            CAPTURE(host);
            std::string why;
            try {
                co_await guarded.get("http://" + std::string(host) + here);
            } catch (const connect_failed& refused) {
                why = refused.what();
                CHECK(refused.code() == std::errc::permission_denied);
            }
            CHECK(has(why, "address_guard"));
        }
        http_client_options some;
        some.guard = client::address_guard::on().allow("127.0.0.1");
        some.redirects.follow = true;
        some.retry.attempts = 3;
        http_client partly(std::move(some));
        auto allowed = co_await partly.get("http://127.0.0.1" + here);
        CHECK(allowed.text() == "inside");
        std::string why;
        try {
            co_await partly.get("http://127.0.0.1" + here + "out");
        } catch (const connect_failed& refused) {
            why = refused.what();
        }
        CHECK(has(why, "127.0.0.2 is loopback"));
    };
    run(work());
    CHECK(calls == 2);
}

TEST_CASE("C7 a guard and a proxy, which hides from it whom it connects to, are not had together") {
    http_client_options how;
    how.proxy = client::proxy_rules("http://proxy.test");
    how.guard = client::address_guard::on();
    CHECK_THROWS_AS(http_client(std::move(how)), std::invalid_argument);
}

TEST_CASE("a client asks an app in its own process: streams both ways, cookies, cancellation, in virtual time") {
    app served;
    bool cancelled_there = false;
    served.get("/login", [](request&) -> task<response> {
        response made(204);
        made.set_cookie("session", "abc", {.secure = false});
        co_return made;
    });
    served.get("/me", [](request& asked) -> task<std::string> { co_return std::string(asked.fields["cookie"]); });
    served.post("/echo", [](request& asked) -> generator<std::string> {
        for (;;) {
            auto piece = co_await asked.body.read();
            if (!piece) co_return;
            std::string copy(*piece);
            co_yield std::move(copy);
        }
    });
    served.get("/slow", [&]() -> task<std::string> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            cancelled_there = true;
            throw;
        }
        co_return "";
    });
    auto inside = std::make_shared<app_transport>(served);
    http_client_options how;
    how.base_url = "http://app.test";
    how.transport = inside;
    how.cookie_jar = client::cookie_store::made();
    http_client http(std::move(how));
    in_virtual_time([&]() -> task<> {
        auto login = co_await http.get("/login");
        CHECK(login.status == 204);
        auto me = co_await http.get("/me");
        CHECK(me.text() == "session=abc");
        auto pieces = []() -> generator<std::string> {
            for (int i = 0; i < 3; ++i) {
                co_await sleep(1s);
                std::string piece = std::to_string(i);
                co_yield std::move(piece);
            }
        };
        auto echo = co_await http.post("/echo").body(pieces()).stream();
        std::string all;
        for (;;) {
            auto piece = co_await echo.read();
            if (!piece) break;
            all += *piece;
        }
        CHECK(all == "012");
        bool late = false;
        try {
            co_await http.get("/slow").timeout(2s);
        } catch (const read_timed_out&) {
            late = true;
        }
        CHECK(late);
        co_await sleep(1s);
        CHECK(cancelled_there);
        co_await inside->close();
    });
}

TEST_CASE("C1 a request that was built by hand takes no secrets of its client elsewhere") {
    in_virtual_time([]() -> task<> {
        small_world world([](const std::string&) { return client::answer("x"); });
        world.options.base_url = "http://a.test";
        world.options.headers = {{"authorization", "Bearer secret"}, {"x-mine", "1"}};
        http_client http = world.http();
        for (const char* to : {"http://b.test/", "http://a.test/"}) {
            outgoing_request request("GET", http::url::parse(to));
            auto reply = co_await http.send(std::move(request));
        }
        REQUIRE(world.asked.size() == 2);
        CHECK(!has(world.asked[0], "secret"));
        CHECK(has(world.asked[0], "x-mine: 1"));
        CHECK(has(world.asked[1], "secret"));
    });
}

TEST_CASE("C6 what a hook or the maker of a body throws is no failed attempt, and nothing is sent twice") {
    in_virtual_time([]() -> task<> {
        small_world world([](const std::string&) { return client::answer("paid"); });
        world.options.retry.attempts = 3;
        world.options.on_reply = [](http_reply& reply) -> task<> {
            if (reply.text() == "paid")
                throw connect_failed("nobody logs", std::make_error_code(std::errc::connection_refused));
            co_return;
        };
        http_client http = world.http();
        bool failed = false;
        try {
            auto reply = co_await http.post("http://a.test/").body("10");
        } catch (const connect_failed&) {
            failed = true;
        }
        CHECK(failed);
        CHECK(world.asked.size() == 1);

        int made = 0;
        auto pieces = [&made]() -> generator<std::string> {
            ++made;
            co_yield "10";
            throw connect_failed("nobody counts", std::make_error_code(std::errc::connection_refused));
        };
        function<generator<std::string>()> again(pieces);
        auto body = std::make_unique<client::generator_stream>(std::move(again));
        failed = false;
        try {
            auto reply = co_await http.post("http://a.test/").body(std::move(body));
        } catch (const connect_failed&) {
            failed = true;
        }
        CHECK(failed);
        CHECK(made == 1);
    });
}

TEST_CASE("the time for all of a request is also that of its hooks, and of what makes its body") {
    in_virtual_time([]() -> task<> {
        small_world world([](const std::string&) { return client::answer("x"); });
        world.options.timeout = client_timeouts().total(2s);
        http_client http = world.http();
        auto began = loop::reactor::current().now();
        std::string why;
        auto slowly = []() -> generator<std::string> {
            co_yield "a";
            co_await sleep(1h);
        };
        try {
            auto reply = co_await http.post("http://a.test/").body(slowly());
        } catch (const total_timed_out& late) {
            why = late.what();
        }
        CHECK(why == "POST http://a.test/: was not done within 2s in all");
        CHECK(loop::reactor::current().now() - began == 2s);

        small_world other([](const std::string&) { return client::answer("x"); });
        other.options.on_request = [](outgoing_request&) -> task<> { co_await sleep(1h); };
        http_client hooked = other.http();
        why.clear();
        try {
            auto reply = co_await hooked.get("http://a.test/").timeout(client_timeouts().total(3s));
        } catch (const total_timed_out& late) {
            why = late.what();
        }
        CHECK(why == "GET http://a.test/: was not done within 3s in all");
        CHECK(loop::reactor::current().now() - began == 5s);
        // A cancellation from outside stays one.
        auto ask = [&]() -> task<> { auto reply = co_await hooked.get("http://a.test/"); };
        auto asks = spawn(ask());
        co_await sleep(1s);
        asks.cancel();
        bool was_cancelled = false;
        try {
            co_await asks;
        } catch (const cancelled&) {
            was_cancelled = true;
        }
        CHECK(was_cancelled);
    });
}
