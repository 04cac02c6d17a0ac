#include <coracle/http/framing.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace http = coracle::http;
using http::refusal;
using http::version;

namespace {
struct judged {
    http::request_head head{};
    std::optional<refusal> why{};
};
judged judge(version v, std::initializer_list<http::field> fields) {
    judged result;
    result.head.version = v;
    http::framing facts;
    for (const http::field& item : fields)
        if (!result.why) result.why = facts.note(result.head, item.name, item.value);
    if (!result.why) result.why = facts.finish(result.head);
    return result;
}
std::optional<refusal> modern(std::initializer_list<http::field> fields) {
    http::request_head head;
    http::framing facts;
    if (auto why = facts.note(head, "Host", "a")) return why;
    for (const http::field& item : fields)
        if (auto why = facts.note(head, item.name, item.value)) return why;
    return facts.finish(head);
}
}  // namespace

TEST_CASE("F1: Content-Length with Transfer-Encoding is refused in any order and case") {
    CHECK(modern({{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}) == refusal::two_lengths);
    CHECK(modern({{"transfer-encoding", "CHUNKED"}, {"CONTENT-LENGTH", "0"}}) == refusal::two_lengths);
    CHECK(modern({{"Content-Length", "5"}, {"Transfer-Encoding", "identity"}}) ==
          refusal::unsupported_transfer_encoding);
}

TEST_CASE("F2: a repeated Content-Length is refused, equal or not") {
    CHECK(modern({{"Content-Length", "5"}, {"Content-Length", "6"}}) == refusal::repeated_content_length);
    CHECK(modern({{"Content-Length", "5"}, {"content-length", "5"}}) == refusal::repeated_content_length);
    CHECK(modern({{"Content-Length", "0"}, {"Content-Length", "0"}}) == refusal::repeated_content_length);
    CHECK(modern({{"Content-Length", "5, 5"}}) == refusal::bad_content_length);
    CHECK(modern({{"Content-Length", "5,6"}}) == refusal::bad_content_length);
}

TEST_CASE("F3: Content-Length is digits, nineteen at most") {
    for (auto bad : {"", "+1", "-1", "0x10", "1_0", " 1", "1 ", "1Z", "1.0", "1e1", "\xb9", "00000000000000000001",
                     "18446744073709551615", "18446744073709551616", "\"1\"", "1;1"})
        CHECK_MESSAGE(modern({{"Content-Length", bad}}) == refusal::bad_content_length, bad);
    CHECK(judge(version::http_1_1, {{"Host", "a"}, {"Content-Length", "9999999999999999999"}}).head.content_length ==
          9999999999999999999U);
    CHECK(judge(version::http_1_1, {{"Host", "a"}, {"Content-Length", "010"}}).head.content_length == 10);
    CHECK(judge(version::http_1_1, {{"Host", "a"}, {"Content-Length", "0"}}).head.content_length == 0);
}

TEST_CASE("F7: Transfer-Encoding is chunked, once, and not in HTTP/1.0") {
    CHECK_FALSE(modern({{"Transfer-Encoding", "cHUNKED"}}).has_value());
    CHECK(modern({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}) ==
          refusal::repeated_transfer_encoding);
    CHECK(modern({{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "identity"}}) ==
          refusal::repeated_transfer_encoding);
    for (auto bad : {"", ",chunked", "chunked,", "chunked, chunked", "chunked, identity", "gzip, chunked", "xchunked",
                     "chunkedx", "chunke",
                     "\xa0"
                     "chunked",
                     "chunked;a=b", "identity"})
        CHECK_MESSAGE(modern({{"Transfer-Encoding", bad}}) == refusal::unsupported_transfer_encoding, bad);
    CHECK(judge(version::http_1_0, {{"Transfer-Encoding", "chunked"}}).why == refusal::old_transfer_encoding);
}

TEST_CASE("F16: HTTP/1.1 has exactly one good Host, HTTP/1.0 at most one") {
    CHECK(judge(version::http_1_1, {}).why == refusal::missing_host);
    CHECK(judge(version::http_1_1, {{"Host", ""}}).why == refusal::bad_host);
    CHECK(judge(version::http_1_1, {{"Host", "a"}, {"host", "a"}}).why == refusal::repeated_host);
    CHECK(judge(version::http_1_1, {{"Host", "a/b"}}).why == refusal::bad_host);
    CHECK(judge(version::http_1_1, {{"Host", "a:8000"}}).head.host == "a:8000");
    CHECK_FALSE(judge(version::http_1_0, {}).why.has_value());
    CHECK(judge(version::http_1_0, {{"Host", ""}}).why == refusal::bad_host);
    CHECK(judge(version::http_1_0, {{"Host", "a"}, {"Host", "b"}}).why == refusal::repeated_host);
}

TEST_CASE("F16: a Host is remembered as it was found, and nothing passes for it") {
    http::framing facts;
    auto says = [&](std::string_view host) {
        http::request_head head;
        auto why = facts.note(head, "hOsT", host);
        CHECK(head.host == (why ? std::string_view{} : host));
        if (!why) CHECK(facts.note(head, "host", host) == refusal::repeated_host);
        facts.reset();
        return why;
    };
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(says("example.org:80"));
        CHECK(says("example org:80") == refusal::bad_host);
        CHECK(says("example.org:8x") == refusal::bad_host);
        CHECK(says("") == refusal::bad_host);
        CHECK_FALSE(says("[::1]:8000"));
        std::string longer(60, 'a');  // too long to be remembered
        CHECK_FALSE(says(longer));
        CHECK(says(longer + "/") == refusal::bad_host);
    }
}

TEST_CASE("the host of an absolute target is the one that counts") {
    http::request_head head;
    head.target.form = http::target_form::absolute;
    head.target.authority = "b:80";
    http::framing facts;
    REQUIRE_FALSE(facts.note(head, "Host", "a").has_value());
    REQUIRE_FALSE(facts.finish(head).has_value());
    CHECK(head.host == "b:80");
}

TEST_CASE("F22: the wish to stay or go is a whole element of the list") {
    auto wish = [](version v, std::string_view connection) {
        return judge(v, {{"Host", "a"}, {"Connection", connection}}).head.keep_alive;
    };
    CHECK(wish(version::http_1_1, ""));
    CHECK(wish(version::http_1_1, "closed, xclose, close x"));
    CHECK_FALSE(wish(version::http_1_1, "CLOSE"));
    CHECK_FALSE(wish(version::http_1_1, "a, Close ,b"));
    CHECK_FALSE(wish(version::http_1_1, "keep-alive, close"));
    CHECK_FALSE(wish(version::http_1_0, ""));
    CHECK_FALSE(wish(version::http_1_0, "keep-alives"));
    CHECK(wish(version::http_1_0, "x,\tKeep-Alive"));
    CHECK_FALSE(wish(version::http_1_0, "keep-alive,close"));
    CHECK_FALSE(
        judge(version::http_1_1, {{"Host", "a"}, {"Connection", "x"}, {"Connection", "close"}}).head.keep_alive);
}

TEST_CASE("F22: an upgrade needs the field and the word in Connection, and HTTP/1.1") {
    auto upgrade = [](version v, std::initializer_list<http::field> fields) { return judge(v, fields).head.upgrade; };
    CHECK(upgrade(version::http_1_1, {{"Host", "a"}, {"Connection", "keep-alive, Upgrade"}, {"Upgrade", "websocket"}}));
    CHECK_FALSE(upgrade(version::http_1_1, {{"Host", "a"}, {"Connection", "upgraded"}, {"Upgrade", "websocket"}}));
    CHECK_FALSE(upgrade(version::http_1_1, {{"Host", "a"}, {"Upgrade", "websocket"}}));
    CHECK_FALSE(upgrade(version::http_1_1, {{"Host", "a"}, {"Connection", "upgrade"}}));
    CHECK_FALSE(upgrade(version::http_1_0, {{"Connection", "upgrade"}, {"Upgrade", "websocket"}}));
}

TEST_CASE("F24: Expect is 100-continue, once") {
    CHECK(judge(version::http_1_1, {{"Host", "a"}, {"Expect", "100-Continue"}}).head.expect_continue);
    CHECK_FALSE(judge(version::http_1_0, {{"Expect", "100-continue"}}).head.expect_continue);
    CHECK(modern({{"Expect", "100-continue"}, {"Expect", "100-continue"}}) == refusal::unsupported_expectation);
    for (auto bad : {"", "100", "100-continue, x", "100-continue;a", "x100-continue", "200-ok"})
        CHECK(modern({{"Expect", bad}}) == refusal::unsupported_expectation);
}

TEST_CASE("fields with names of the same lengths mean nothing here") {
    CHECK_FALSE(modern({{"Date", "x"},
                        {"Hosx", "/"},
                        {"Accept", "200-ok"},
                        {"Expecs", "x"},
                        {"Referer", "x"},
                        {"User-Agent", "close"},
                        {"Content-Lengts", "x"},
                        {"Content-Range-", "x"},
                        {"Transfer-Encodinf", "x"},
                        {"Connectiom", "close"}})
                    .has_value());
}
