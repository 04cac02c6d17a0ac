#include <coracle/http/forwarded.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

using namespace coracle;

namespace in_forwarded {

using pairs = std::initializer_list<std::pair<std::string_view, std::string_view>>;

network_list trusting(std::string_view list) {
    network_list made;
    made.add_list(list);
    return made;
}

struct heard {
    std::string client;
    std::string scheme;
    std::string host;
    std::string prefix;
    unsigned port = 0;
};
heard hear(pairs lines, std::string_view believed = "10.0.0.0/8", http::forwarded_fields theirs = {}) {
    http::fields fields;
    for (const auto& [name, value] : lines) fields.push_back({name, value});
    network_list list = trusting(believed);
    http::forwarded_claim claim = http::forwarded_claim_of(fields, list, theirs);
    return {claim.client.text(), std::string(claim.scheme), std::string(claim.host), std::string(claim.prefix),
            claim.client.port};
}
std::string client_of(std::string_view list, std::string_view believed = "10.0.0.0/8") {
    return hear({{"x-forwarded-for", list}}, believed).client;
}
heard standard(std::string_view value, std::string_view believed = "10.0.0.0/8") {
    return hear({{"forwarded", value}}, believed, {.standard = true, .host = true});
}
std::string node(std::string_view text) {
    auto made = http::forwarded_node::parse(text);
    return made ? made->text() + " " + std::to_string(made->port) : "none";
}

}  // namespace in_forwarded
using namespace in_forwarded;

TEST_CASE("a node is an address with a port, written in any of the usual ways") {
    CHECK(node("192.0.2.43") == "192.0.2.43 0");
    CHECK(node("192.0.2.43:4711") == "192.0.2.43 4711");
    CHECK(node("2001:DB8:0::1") == "2001:db8::1 0");
    CHECK(node("[2001:db8::1]") == "2001:db8::1 0");
    CHECK(node("[2001:db8::1]:65535") == "2001:db8::1 65535");
    CHECK(node("192.0.2.43:_obfuscated") == "192.0.2.43 0");
    CHECK(node("::ffff:192.0.2.43") == "192.0.2.43 0");
    for (std::string_view bad : {"",
                                 ":",
                                 "unknown",
                                 "_hidden",
                                 "example.com",
                                 "192.0.2",
                                 "192.0.2.43:",
                                 "192.0.2.43:x",
                                 "192.0.2.43:65536",
                                 "192.0.2.43:-1",
                                 "192.0.2.43:000080",
                                 "[",
                                 "[]",
                                 "[::1",
                                 "[::1]80",
                                 "[::1]:",
                                 "[192.0.2.43]",
                                 "::1]",
                                 "[[::1]]",
                                 " 192.0.2.43",
                                 "192.0.2.43 "}) {
        CAPTURE(bad);
        CHECK(node(bad) == "none");
    }
}

TEST_CASE("D19: the client is the rightmost hop that is not believed") {
    CHECK(client_of("203.0.113.9") == "203.0.113.9");
    CHECK(client_of("1.1.1.1, 203.0.113.9") == "203.0.113.9");
    CHECK(client_of("1.1.1.1, 203.0.113.9, 10.0.0.2, 10.0.0.3") == "203.0.113.9");
    CHECK(client_of("10.9.9.9, 203.0.113.9, 10.0.0.2") == "203.0.113.9");
    CHECK(client_of("10.0.0.1, 10.0.0.2") == "10.0.0.1");
    CHECK(client_of("1.1.1.1, 2.2.2.2", "*") == "1.1.1.1");
}

TEST_CASE("D19: several lines are one list, so a client's own line is left of the proxy's") {
    CHECK(hear({{"x-forwarded-for", "10.0.0.1"}, {"X-Forwarded-For", "203.0.113.9"}}).client == "203.0.113.9");
    CHECK(hear({{"x-forwarded-for", "203.0.113.9"}, {"X-Forwarded-For", "10.0.0.7"}}).client == "203.0.113.9");
}

TEST_CASE("D19, D18: empty and garbage values give nobody, or the last hop that is an address") {
    for (std::string_view bad :
         {"", ",", " , ,", "unknown", "\"", "_", "::", ",,,unknown,,", "a, b, c", "1.2.3", "%"}) {
        CAPTURE(bad);
        CHECK((client_of(bad) == "" || client_of(bad) == "::"));
    }
    CHECK(client_of("203.0.113.9, unknown, 10.0.0.3") == "10.0.0.3");
    CHECK(client_of("203.0.113.9, unknown") == "");
    CHECK(client_of("203.0.113.9,,10.0.0.3,") == "203.0.113.9");
    CHECK(client_of(std::string(100'000, ',')) == "");
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += "10.0.0.1,";
    CHECK(client_of(many) == "10.0.0.1");
    CHECK(client_of("203.0.113.9," + many) == "203.0.113.9");
}

TEST_CASE("the scheme is the one said of that hop where each hop has one, else the last proxy's word") {
    CHECK(hear({{"x-forwarded-proto", "https"}}).scheme == "https");
    CHECK(hear({{"x-forwarded-proto", "HTTPS"}}).scheme == "https");
    CHECK(hear({{"x-forwarded-proto", "wss"}}).scheme == "https");
    CHECK(hear({{"x-forwarded-proto", "ws"}}).scheme == "http");
    for (std::string_view bad : {"", ",", "ftp", "https://", "javascript", "https;", "\"https\""})
        CHECK(hear({{"x-forwarded-proto", bad}}).scheme == "");
    // What the client wrote stands left of what the proxy adds.
    CHECK(hear({{"x-forwarded-proto", "https, http"}, {"x-forwarded-for", "203.0.113.9"}}).scheme == "http");
    CHECK(hear({{"x-forwarded-proto", "https, http"}, {"x-forwarded-for", "203.0.113.9, 10.0.0.2"}}).scheme == "https");
    CHECK(hear({{"x-forwarded-proto", "https, http"}, {"x-forwarded-for", "1.1.1.1, 203.0.113.9"}}).scheme == "http");
    CHECK(hear({{"x-forwarded-proto", "https"}, {"x-forwarded-for", "203.0.113.9, 10.0.0.2"}}).scheme == "https");
}

TEST_CASE("host, port and prefix count only where the proxy is known to set them") {
    pairs all = {{"x-forwarded-host", "shop.example"}, {"x-forwarded-port", "8443"}, {"x-forwarded-prefix", "/api/"}};
    CHECK(hear(all).host == "");
    CHECK(hear(all).prefix == "");
    heard got = hear(all, "*", {.host = true, .prefix = true});
    CHECK(got.host == "shop.example");
    CHECK(got.prefix == "/api");
    for (std::string_view bad : {"", "a b", "a/b", "user@host", "host:99999", "[::1", "a, b c"})
        CHECK(hear({{"x-forwarded-host", bad}}, "*", {.host = true}).host == "");
    CHECK(hear({{"x-forwarded-host", "evil.example, shop.example"}}, "*", {.host = true}).host == "shop.example");
}

TEST_CASE("W11: a prefix is a path and nothing that a browser takes for a host") {
    auto prefix = [](std::string_view text) {
        return hear({{"x-forwarded-prefix", text}}, "*", {.prefix = true}).prefix;
    };
    CHECK(prefix("/api/v1") == "/api/v1");
    CHECK(prefix("/a-b_c~d/%20") == "/a-b_c~d/%20");
    for (std::string_view bad : {"", "/", "//", "//evil.example", "/a//b", "api", "http://evil.example", "/a?b", "/a#b",
                                 "/a b", "/\\evil.example", "/../x", "/a/./b", "/a/../b", "/a\"b", "/<script>"}) {
        CAPTURE(bad);
        CHECK(prefix(bad) == "");
    }
    CHECK(prefix("/" + std::string(600, 'a')) == "");
}

TEST_CASE("Forwarded: the examples of RFC 7239 4") {
    CHECK(standard("for=\"_gazonk\"").client == "");
    heard six = standard("For=\"[2001:db8:cafe::17]:4711\"");
    CHECK(six.client == "2001:db8:cafe::17");
    CHECK(six.port == 4711);
    heard all = standard("for=192.0.2.60;proto=http;by=203.0.113.43");
    CHECK(all.client == "192.0.2.60");
    CHECK(all.scheme == "http");
    CHECK(standard("for=192.0.2.43, for=198.51.100.17").client == "198.51.100.17");
    CHECK(standard("for=192.0.2.43,for=\"[2001:db8:cafe::17]\",for=unknown").client == "");
}

TEST_CASE("D19: Forwarded is read from the right too, and what the first believed proxy says holds") {
    heard got = standard(
        "for=1.1.1.1;proto=http;host=evil.example, for=203.0.113.9;proto=https;host=shop.example, "
        "for=10.0.0.2;proto=http;host=inner");
    CHECK(got.client == "203.0.113.9");
    CHECK(got.scheme == "https");
    CHECK(got.host == "shop.example");
    // A proxy that does not say the scheme leaves it to the next one.
    got = standard("for=203.0.113.9, for=10.0.0.2;proto=https");
    CHECK(got.client == "203.0.113.9");
    CHECK(got.scheme == "https");
    // What somebody says who is not believed is nothing.
    got = standard("for=10.0.0.9;proto=https;host=evil.example, for=203.0.113.9");
    CHECK(got.client == "203.0.113.9");
    CHECK(got.scheme == "");
    CHECK(got.host == "");
}

TEST_CASE("Forwarded: quotes, spaces and case, and that a comma in quotes divides nothing") {
    CHECK(standard("by=\"a,b;c\\\"d\";for=203.0.113.9").client == "203.0.113.9");
    CHECK(standard(" ,, for=203.0.113.9 ; PROTO=Https ,").client == "203.0.113.9");
    CHECK(standard(" ,, for=203.0.113.9 ; PROTO=Https ,").scheme == "https");
    CHECK(standard(";;for=203.0.113.9;;").client == "203.0.113.9");
    CHECK(standard("for=203.0.113.9;ext=1;host=\"shop.example:8443\"").host == "shop.example:8443");
}

TEST_CASE("D19: a malformed Forwarded says nothing from there on, and nothing from before it counts") {
    for (std::string_view bad :
         {"", ",", "for", "for=", "for=\"", "for=\"203.0.113.9", "for=203.0.113.9\"", "=203.0.113.9", "for=a b",
          "for=1.1.1.1;for=2.2.2.2", "for=\"1.1.1.1\\\"\"", "for=\"1.1.1.1\"x", "\"for\"=1.1.1.1", "for==1.1.1.1"}) {
        CAPTURE(bad);
        CHECK(standard(bad).client == "");
        CHECK(standard("for=203.0.113.9;proto=https, " + std::string(bad) + ", for=10.0.0.2").client != "1.1.1.1");
    }
    heard got = standard("for=203.0.113.9;proto=https;host=shop.example, for=\"");
    CHECK(got.client == "");
    CHECK(got.scheme == "");
    CHECK(got.host == "");
}

TEST_CASE("only one of the two conventions is believed: a proxy that writes one passes the other on as it came") {
    pairs both = {
        {"x-forwarded-for", "203.0.113.9"}, {"x-forwarded-proto", "http"}, {"forwarded", "for=6.6.6.6;proto=https"}};
    CHECK(hear(both).client == "203.0.113.9");
    CHECK(hear(both).scheme == "http");
    CHECK(hear(both, "10.0.0.0/8", {.standard = true}).client == "6.6.6.6");
    CHECK(hear(both, "10.0.0.0/8", {.standard = true}).scheme == "https");
}
