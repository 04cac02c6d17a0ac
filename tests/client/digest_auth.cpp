#include <coracle/client/digest_auth.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace coracle;

namespace {

// What a client and a server say to one another.
struct talk {
    client::auth who = client::digest("Mufasa", "Circle of Life");

    std::string shown(const char* to = "http://a.test/dir?q=1", const char* method = "GET") {
        http::url url = http::url::parse(to);
        return who->authorization({method, url});
    }
    bool refused(std::vector<std::string> challenges, std::string_view sent = {}, unsigned before = 0,
                 const char* to = "http://a.test/dir?q=1") {
        http::url url = http::url::parse(to);
        http::fields answer;
        for (const std::string& each : challenges) answer.push_back({"WWW-Authenticate", each});
        return who->challenged({"GET", url, sent, before}, answer);
    }
};
std::string part(const std::string& credentials, std::string_view name) {
    auto all = http::parse_challenges(credentials);
    REQUIRE(all);
    REQUIRE(all->size() == 1);
    return std::string(all->front().find(name).value_or("nothing"));
}
const std::string asks = "Digest realm=\"r\", qop=\"auth\", nonce=\"n1\"";

}  // namespace

TEST_CASE("nothing is shown before the server asks, and then the nonce is counted from request to request") {
    talk with;
    CHECK(with.shown().empty());
    CHECK(with.refused({asks}));
    std::string first = with.shown();
    CHECK(part(first, "nc") == "00000001");
    CHECK(part(first, "uri") == "/dir?q=1");
    CHECK(part(first, "username") == "Mufasa");
    std::string second = with.shown();
    CHECK(part(second, "nc") == "00000002");
    CHECK(part(second, "cnonce") != part(first, "cnonce"));
    CHECK(part(second, "response") != part(first, "response"));
}

TEST_CASE("SHA-256 is preferred wherever it stands, and what nobody can answer is passed over") {
    talk with;
    CHECK(with.refused({"Basic realm=x",
                        "Digest realm=r, nonce=a, algorithm=SHA-512-256, qop=auth, "
                        "Digest realm=r, nonce=b, algorithm=MD5, qop=auth, "
                        "Digest realm=r, nonce=c, algorithm=SHA-256, qop=auth"}));
    CHECK(part(with.shown(), "nonce") == "c");
    CHECK(part(with.shown(), "response").size() == 64);
}

TEST_CASE("a wrong password is refused once more and that is the end; a stale nonce is replaced") {
    talk with;
    CHECK(with.refused({asks}));
    std::string sent = with.shown();
    CHECK(!with.refused({"Digest realm=\"r\", qop=\"auth\", nonce=\"n2\""}, sent, 1));
    CHECK(!with.refused({asks}, sent));
    CHECK(with.refused({"Digest realm=\"r\", qop=\"auth\", nonce=\"n3\", stale=true"}, sent, 1));
    CHECK(part(with.shown(), "nonce") == "n3");
    CHECK(part(with.shown(), "nc") == "00000002");
    // A server that calls every nonce stale is not asked for ever.
    CHECK(!with.refused({"Digest realm=\"r\", qop=\"auth\", nonce=\"n4\", stale=true"}, sent, 3));
}

TEST_CASE("a server that has forgotten its nonce gives another one, and it is counted from the start") {
    talk with;
    CHECK(with.refused({asks}));
    std::string sent = with.shown();
    CHECK(with.refused({"Digest realm=\"r\", qop=\"auth\", nonce=\"n2\""}, sent, 0));
    CHECK(part(with.shown(), "nc") == "00000001");
}

TEST_CASE("two requests that are refused together share the nonce and its count") {
    talk with;
    CHECK(with.refused({asks}));
    CHECK(part(with.shown(), "nc") == "00000001");
    CHECK(with.refused({asks}));  // it had shown nothing
    CHECK(part(with.shown(), "nc") == "00000002");
}

TEST_CASE("C1 what one origin asked is not shown to another") {
    talk with;
    CHECK(with.refused({asks}));
    CHECK(!with.shown().empty());
    for (const char* other : {"http://b.test/dir", "https://a.test/dir", "http://a.test:81/dir"})
        CHECK(with.shown(other).empty());
    CHECK(!with.shown("http://A.TEST:80/other").empty());
}

TEST_CASE("malformed challenges are answered by nothing") {
    talk with;
    for (const char* bad : {"", "Digest", "Digest realm=\"open", "Digest realm=\"r\"", "Digest nonce=\"n\"",
                            "Digest realm=r, nonce=a, nonce=b", "Basic realm=x",
                            "Digest realm=r, nonce=n, qop=auth-int", "\xFF\xFE", ",,,,", "Digest =,=,="}) {
        CHECK_MESSAGE(!with.refused({bad}), bad);
        CHECK(with.shown().empty());
    }
    CHECK(!with.refused({}));
    CHECK(with.refused({"Digest realm=\"open", asks}));  // the field beside it is whole
}

TEST_CASE("a session's algorithm keeps its own nonce for as long as the server's") {
    talk with;
    CHECK(with.refused({asks + ", algorithm=SHA-256-sess"}));
    std::string first = with.shown();
    CHECK(part(with.shown(), "cnonce") == part(first, "cnonce"));
}

TEST_CASE("threads that share who they are never count the same twice") {
    talk with;
    CHECK(with.refused({asks}));
    std::mutex guard;
    std::set<std::string> counts;
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&] {
            for (int n = 0; n < 50; ++n) {
                std::string shown = with.shown();
                std::lock_guard lock(guard);
                counts.insert(part(shown, "nc"));
            }
        });
    for (std::thread& each : all) each.join();
    CHECK(counts.size() == 200);
}

TEST_CASE("the number of servers that are remembered is bounded") {
    talk with;
    for (int i = 0; i < 200; ++i)
        CHECK(with.refused({asks}, {}, 0, ("http://a" + std::to_string(i) + ".test/").c_str()));
    CHECK(with.shown("http://a0.test/").empty());
    CHECK(!with.shown("http://a199.test/").empty());
}
