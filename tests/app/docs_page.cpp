#include <doctest/doctest.h>

#include <coracle/app/docs_page.hpp>

#include <coracle/base/base64.hpp>
#include <coracle/base/sha256.hpp>

#include <app/docs_source.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

/// What stands between two texts; the first is there once.
std::string_view between(std::string_view text, std::string_view before, std::string_view behind) {
    std::size_t from = text.find(before);
    REQUIRE(from != text.npos);
    CHECK(text.find(before, from + 1) == text.npos);
    from += before.size();
    std::size_t to = text.find(behind, from);
    REQUIRE(to != text.npos);
    return text.substr(from, to - from);
}

/// The elements that are left open, or "" when all are closed in order.
std::string unclosed(std::string_view page) {
    const std::vector<std::string> alone{"meta", "link", "input", "!doctype"};
    std::vector<std::string> open;
    for (std::size_t at = page.find('<'); at != page.npos; at = page.find('<', at + 1)) {
        std::size_t end = page.find('>', at);
        if (end == page.npos) return "a tag without end";
        bool closes = page[at + 1] == '/';
        std::string name(page.substr(at + 1 + closes, page.find_first_of(" >/", at + 2) - at - 1 - closes));
        if (closes) {
            if (open.empty() || open.back() != name) return "</" + name + ">";
            open.pop_back();
        } else if (page[end - 1] != '/' && std::find(alone.begin(), alone.end(), name) == alone.end()) {
            open.push_back(name);
            // What these hold is no HTML.
            if (name == "script" || name == "style") at = page.find("</" + name, end) - 1;
        }
    }
    return open.empty() ? "" : "<" + open.back() + ">";
}

std::string source_of(std::string_view text) {
    sha256::digest digest = sha256::of(text);
    return "'sha256-" + base64::encode(digest.view()) + "'";
}

}  // namespace

TEST_CASE("the page is whole: all elements closed, one script, one style, and below 72 kB") {
    std::string page = docs_page("Shop", "/openapi.json");
    CHECK(page.size() < 72000);
    CHECK(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
    CHECK(unclosed(page) == "");
    CHECK(holds(page, "<title>Shop</title>"));
    CHECK(holds(page, "<h1>Shop</h1>"));
    CHECK(holds(page, "<link rel=\"service-desc\" type=\"application/json\" href=\"/openapi.json\">"));
}

TEST_CASE("the page asks nobody else: no address in it but the name of SVG, and nothing that loads") {
    std::string page = docs_page("Shop", "/openapi.json");
    for (std::size_t at = page.find("://"); at != page.npos; at = page.find("://", at + 1))
        CHECK(page.substr(at - 4, 26) == "http://www.w3.org/2000/svg");
    for (std::string_view loading :
         {" src=", "srcset", "@import", "<iframe", "<object", "<embed", " style=", " onclick="})
        CHECK_FALSE(holds(page, loading));
}

TEST_CASE("W9: whatever the title and the address hold, they stay text") {
    std::string plain = docs_page("", "");
    for (std::string_view hostile : {"</title><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
                                     "' onload='x", "&lt;b&gt;", "<!--", "</style></h1>", "javascript:alert(1)"}) {
        CAPTURE(hostile);
        std::string page = docs_page(hostile, hostile);
        CHECK(unclosed(page) == "");
        // No character that HTML reads has been added.
        for (char c : std::string_view("<>\"'"))
            CHECK(std::count(page.begin(), page.end(), c) == std::count(plain.begin(), plain.end(), c));
    }
    CHECK(holds(docs_page("a&b<c>\"d'", ""), "<title>a&amp;b&lt;c&gt;&quot;d&#39;</title>"));
    CHECK(holds(docs_page(std::string_view("a\0b", 3), ""),
                "<title>a\xEF\xBF\xBD"
                "b</title>"));
    CHECK(holds(docs_page("T", "/api/openapi.json?a=1&b=\""), "href=\"/api/openapi.json?a=1&amp;b=&quot;\""));
}

TEST_CASE("the policy lets nothing run but this script and this style: it names their hashes") {
    std::string page = docs_page("Shop", "/openapi.json");
    std::string script = source_of(between(page, "<script>", "</script>"));
    std::string style = source_of(between(page, "<style>", "</style>"));
    // When these fail because the page was changed on purpose: write the new values into docs_page_policy.
    CHECK(between(docs_page_policy, "script-src ", ";") == script);
    CHECK(between(docs_page_policy, "style-src ", ";") == style);
    CHECK(docs_page_policy.starts_with("default-src 'none';"));
    for (std::string_view loose : {"unsafe", "*", "http", "nonce"}) CHECK_FALSE(holds(docs_page_policy, loose));
    for (char c : docs_page_policy) CHECK((c >= 0x20 && c < 0x7F));
}
