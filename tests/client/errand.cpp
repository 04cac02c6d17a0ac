#include <coracle/client/errand.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <coracle/client/digest_auth.hpp>
#include <coracle/client/generator_stream.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

// A network that answers as the test says, and writes down what it was asked.
struct scripted_servers {
    std::function<http_reply(const outgoing_request&)> answer;
    std::vector<std::string> asked{};

    task<http_reply> operator()(outgoing_request& request) {
        std::string line = request.text();
        for (const auto& [name, value] : request.fields) line.append(" | ").append(name).append("=").append(value);
        if (request.body.present() && !request.body.is_stream()) line.append(" | ").append(request.body.bytes());
        if (request.options.through) line.append(" | through ").append(request.options.through->at.authority);
        asked.push_back(std::move(line));
        co_return answer(request);
    }
    static bool has_time(std::chrono::nanoseconds) noexcept { return true; }
};

http_reply reply(int status, std::vector<std::pair<std::string, std::string>> fields = {}) {
    http_reply made;
    made.status = status;
    std::string bytes;
    for (const auto& [name, value] : fields) bytes += name + value;
    http::owned_fields owned(bytes);
    std::string_view rest = owned.bytes();
    for (const auto& [name, value] : fields) {
        owned.push_back({rest.substr(0, name.size()), rest.substr(name.size(), value.size())});
        rest.remove_prefix(name.size() + value.size());
    }
    made.headers = std::move(owned);
    return made;
}
http_reply moved(int status, std::string to) { return reply(status, {{"location", std::move(to)}}); }

struct played {
    http_reply last;
    std::vector<std::string> asked;
    std::chrono::nanoseconds took{};
};
struct script {
    client::client_policies by{};
    http::field_list usual{};
    outgoing_request request{};
    std::optional<http::url> home{};
    scripted_servers servers{};

    explicit script(std::string url, std::string method = "GET") {
        request.url = http::url::parse(url);
        request.method = std::move(method);
    }
    task<http_reply> run() { return client::run_errand(by, request, usual, home ? &*home : nullptr, servers); }
    played play(std::function<http_reply(const outgoing_request&)> answer) {
        servers.answer = std::move(answer);
        virtual_loop loop(virtual_time);
        auto before = loop.reactor().now();
        http_reply last = loop.run(run());
        return {std::move(last), servers.asked, loop.reactor().now() - before};
    }
};

}  // namespace

TEST_CASE("without policies an errand is one exchange") {
    script one("http://a.test/");
    auto got = one.play([](const outgoing_request&) { return moved(302, "/next"); });
    CHECK(got.last.status == 302);
    CHECK(got.last.history.empty());
    CHECK(got.asked.size() == 1);
}

TEST_CASE("redirects are followed to where they end, and their answers are the history") {
    script one("http://a.test/1", "POST");
    one.by.redirects.follow = true;
    one.request.body = request_body("x=1");
    one.request.fields.set("content-type", "text/plain");
    auto got = one.play([](const outgoing_request& asked) {
        if (asked.url.path == "/1") return moved(307, "/2");
        if (asked.url.path == "/2") return moved(303, "/3");
        return reply(200);
    });
    CHECK(got.last.status == 200);
    REQUIRE(got.last.history.size() == 2);
    CHECK(got.last.history[0].status == 307);
    CHECK(got.last.history[1].status == 303);
    REQUIRE(got.asked.size() == 3);
    CHECK(got.asked[1] == "POST http://a.test/2 | content-type=text/plain | x=1");
    CHECK(got.asked[2] == "GET http://a.test/3");
}

TEST_CASE("C1 redirects in a circle end after twenty") {
    script one("http://a.test/");
    one.by.redirects.follow = true;
    CHECK_THROWS_AS(one.play([](const outgoing_request& asked) {
        return moved(302, asked.url.host() == "a.test" ? "http://b.test/" : "http://a.test/");
    }),
                    too_many_redirects);
    CHECK(one.servers.asked.size() == 21);
    script other("http://a.test/");
    other.by.redirects.follow = true;
    CHECK_THROWS_AS(other.play([](const outgoing_request&) { return moved(302, "gopher://a.test/"); }),
                    redirect_refused);
}

TEST_CASE("C1 nothing that proves who asks reaches another origin, by whatever channel it was given") {
    script one("http://user:secret@a.test/");
    one.by.redirects.follow = true;
    one.by.cookies = client::cookie_store::made();
    one.by.cookies.with([](http::cookie_jar& jar) {
        jar.store("kept=secret", http::url::parse("http://a.test/"), 0);
        return 0;
    });
    one.usual.set("x-api-key", "secret");
    one.usual.set("proxy-authorization", "secret");
    one.request.fields.set("cookie", "mine=secret");
    one.by.auth = client::auth_by([](const http::url&) { return std::string("Bearer secret"); });
    auto got = one.play([](const outgoing_request& asked) {
        if (asked.url.host() == "a.test" && asked.url.path == "/") return moved(302, "http://b.test/");
        if (asked.url.host() == "b.test") return moved(302, "http://a.test/back");
        return reply(200);
    });
    REQUIRE(got.asked.size() == 3);
    CHECK(got.asked[0] ==
          "GET http://a.test/ | x-api-key=secret | proxy-authorization=secret | cookie=kept=secret; mine=secret | "
          "authorization=Bearer secret");
    CHECK(got.asked[1] == "GET http://b.test/");
    // Back where it began, by the word of somebody else: only what belongs there by itself.
    CHECK(got.asked[2] == "GET http://a.test/back | cookie=kept=secret");
}

TEST_CASE("C1 the auth of a client goes to the origin of its base_url only, that of a request wherever it goes first") {
    script one("http://b.test/");
    one.by.auth = client::basic("me", "x");
    one.home = http::url::parse("http://a.test/api");
    CHECK(one.play([](const outgoing_request&) { return reply(200); }).asked[0] == "GET http://b.test/");
    script two("http://a.test:80/");
    two.by.auth = client::basic("me", "x");
    two.home = http::url::parse("http://a.test/api");
    CHECK(two.play([](const outgoing_request&) { return reply(200); }).asked[0] ==
          "GET http://a.test:80/ | authorization=Basic bWU6eA==");
    script three("http://a.test/");
    three.by.auth = client::basic("me", "x");
    three.request.fields.set("authorization", "Mine");
    CHECK(three.play([](const outgoing_request&) { return reply(200); }).asked[0] ==
          "GET http://a.test/ | authorization=Mine");
}

TEST_CASE("C1 cookies that an answer sets are shown from the next exchange on, to those they belong to") {
    script one("http://a.test/");
    one.by.redirects.follow = true;
    one.by.cookies = client::cookie_store::made();
    auto got = one.play([](const outgoing_request& asked) {
        if (asked.url.path == "/")
            return reply(302, {{"location", "/next"}, {"set-cookie", "a=1"}, {"set-cookie", "b=2; Domain=b.test"}});
        if (asked.url.path == "/next")
            return reply(302, {{"location", "http://b.test/end"}, {"set-cookie", "a=; Max-Age=0"}});
        return reply(200);
    });
    CHECK(got.asked[1] == "GET http://a.test/next | cookie=a=1");
    CHECK(got.asked[2] == "GET http://b.test/end");
}

TEST_CASE("a digest challenge is answered, once") {
    script one("http://a.test/x", "POST");
    one.by.auth = client::digest("me", "x");
    one.request.body = request_body("body");
    int refused = 0;
    auto got = one.play([&](const outgoing_request& asked) {
        if (asked.fields.contains("authorization")) return reply(200);
        ++refused;
        return reply(401, {{"www-authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\""}});
    });
    CHECK(got.last.status == 200);
    CHECK(got.last.history.empty());
    CHECK(refused == 1);
    CHECK(got.asked[1].find("authorization=Digest username=\"me\"") != std::string::npos);
    CHECK(got.asked[1].ends_with("| body"));

    script wrong("http://a.test/x");
    wrong.by.auth = client::digest("me", "wrong");
    auto refusals = wrong.play([](const outgoing_request&) {
        return reply(401, {{"www-authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\""}});
    });
    CHECK(refusals.last.status == 401);
    CHECK(refusals.asked.size() == 2);
}

TEST_CASE("what passes is asked again after a while that grows, and after as long as the server says") {
    script one("http://a.test/");
    one.by.retry.attempts = 4;
    int calls = 0;
    auto got = one.play([&](const outgoing_request&) {
        ++calls;
        if (calls == 1) return reply(503);
        if (calls == 2) return reply(429, {{"retry-after", "30"}});
        if (calls == 3) throw read_failed("reset", std::make_error_code(std::errc::connection_reset));
        return reply(200);
    });
    CHECK(got.last.status == 200);
    CHECK(calls == 4);
    CHECK(got.took >= 30s);
    CHECK(got.took <= 30s + 200ms + 800ms);
}

TEST_CASE("the last attempt's answer, or failure, is what there is") {
    script one("http://a.test/");
    one.by.retry.attempts = 3;
    auto got = one.play([](const outgoing_request&) { return reply(503); });
    CHECK(got.last.status == 503);
    CHECK(got.asked.size() == 3);
    script other("http://a.test/");
    other.by.retry.attempts = 3;
    CHECK_THROWS_AS(other.play([](const outgoing_request&) -> http_reply {
        throw connect_failed("nobody", std::make_error_code(std::errc::connection_refused));
    }),
                    connect_failed);
    CHECK(other.servers.asked.size() == 3);
}

TEST_CASE("C6 a request that changes things is not sent again when the server may have it") {
    for (const char* method : {"POST", "PATCH", "LOCK"}) {
        script torn("http://a.test/", method);
        torn.by.retry.attempts = 5;
        CHECK_THROWS_AS(torn.play([](const outgoing_request&) -> http_reply {
            throw read_failed("reset", std::make_error_code(std::errc::connection_reset));
        }),
                        read_failed);
        CHECK(torn.servers.asked.size() == 1);
        script refused("http://a.test/", method);
        refused.by.retry.attempts = 2;
        CHECK_THROWS_AS(refused.play([](const outgoing_request&) -> http_reply {
            throw connect_failed("nobody", std::make_error_code(std::errc::connection_refused));
        }),
                        connect_failed);
        CHECK(refused.servers.asked.size() == 2);
    }
}

TEST_CASE("C6 a stream that has begun is not sent again") {
    script one("http://a.test/", "PUT");
    one.by.retry.attempts = 3;
    auto pieces = []() -> generator<std::string> { co_yield std::string("a"); };
    auto stream = std::make_unique<client::generator_stream>(pieces());
    client::generator_stream* sent = stream.get();
    one.request.body = request_body(std::move(stream));
    struct reading_server {
        client::generator_stream* from;
        int calls = 0;
        task<http_reply> operator()(outgoing_request&) {
            ++calls;
            auto piece = co_await from->read();
            CHECK(piece.has_value());
            co_return reply(503);
        }
        static bool has_time(std::chrono::nanoseconds) noexcept { return true; }
    } server{sent};
    virtual_loop loop(virtual_time);
    http_reply last = loop.run(client::run_errand(one.by, one.request, one.usual, nullptr, server));
    CHECK(last.status == 503);
    CHECK(server.calls == 1);
}

TEST_CASE("what time has run out for, and what nobody may ask, is not tried again") {
    script late("http://a.test/");
    late.by.retry.attempts = 3;
    CHECK_THROWS_AS(late.play([](const outgoing_request&) -> http_reply { throw total_timed_out("late", 1s); }),
                    total_timed_out);
    CHECK(late.servers.asked.size() == 1);
    script guarded("http://a.test/");
    guarded.by.retry.attempts = 3;
    CHECK_THROWS_AS(guarded.play([](const outgoing_request&) -> http_reply {
        throw connect_failed("private", std::make_error_code(std::errc::permission_denied));
    }),
                    connect_failed);
    CHECK(guarded.servers.asked.size() == 1);
}

TEST_CASE("C5 each exchange of an errand takes its own way, by the proxy or past it") {
    script one("http://a.test/");
    one.by.redirects.follow = true;
    one.by.proxy = client::proxy_rules("http://me:x@proxy.test:3128", "b.test");
    auto got = one.play([](const outgoing_request& asked) {
        return asked.url.host() == "a.test" ? moved(302, "http://b.test/") : reply(200);
    });
    CHECK(got.asked[0] == "GET http://a.test/ | proxy-authorization=Basic bWU6eA== | through proxy.test:3128");
    CHECK(got.asked[1] == "GET http://b.test/");
}
