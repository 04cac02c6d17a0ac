#include <doctest/doctest.h>

#include <coracle/route/pattern.hpp>

#include <string>
#include <string_view>

using namespace coracle::route;

namespace {

std::string complaint(std::string_view text) {
    try {
        pattern parsed(text);
        return "no complaint";
    } catch (const std::logic_error& error) {
        return error.what();
    }
}

bool complains(std::string_view text, std::string_view fragment) {
    std::string said = complaint(text);
    INFO(said);
    bool found =
        said.find(fragment) != std::string::npos && said.find("'" + std::string(text) + "'") != std::string::npos;
    CHECK(found);
    return found;
}

}  // namespace

TEST_CASE("a pattern is taken apart into literals, placeholders and query names") {
    constexpr pattern route("/users/{id}/files/{name:path}{?skip=0,kind,q=}");
    static_assert(route.segment_count == 4);
    CHECK(route.segments[0].text == "users");
    CHECK(!route.segments[0].is_placeholder);
    CHECK(route.segments[1].text == "id");
    CHECK(route.segments[1].is_placeholder);
    CHECK(route.segments[1].kind == convertor::text);
    CHECK(route.segments[3].text == "name");
    CHECK(route.segments[3].kind == convertor::rest);
    CHECK(route.placeholder_count == 2);
    CHECK(route.query_count == 3);
    CHECK(route.queries[0].name == "skip");
    CHECK(route.queries[0].has_default);
    CHECK(route.queries[0].default_text == "0");
    CHECK(!route.queries[1].has_default);
    CHECK(route.queries[2].has_default);
    CHECK(route.queries[2].default_text == "");
    CHECK(route.parameter_count() == 5);
    CHECK(route.parameter_name(0) == "id");
    CHECK(route.parameter_name(1) == "name");
    CHECK(route.parameter_name(2) == "skip");
    CHECK(route.parameter_name(4) == "q");
}

TEST_CASE("every slash begins a segment, empty ones count") {
    CHECK(pattern("/").segment_count == 1);
    CHECK(pattern("/").segments[0].text == "");
    CHECK(pattern("/a").segment_count == 1);
    CHECK(pattern("/a/").segment_count == 2);
    CHECK(pattern("//").segment_count == 2);
    CHECK(pattern("/{a}/").segment_count == 2);
    CHECK(pattern("/{a}/").segments[1].text == "");
    CHECK(pattern("/{?q}").segment_count == 1);
    CHECK(pattern("/x/{?q}").segment_count == 2);
    CHECK(pattern("/{a:int}/{b:float}/{c:uuid}/{d:str}").segments[2].kind == convertor::uuid);
}

TEST_CASE("literal text may be anything that a path can hold") {
    CHECK(pattern("/a-b_c.d~e!$&'()*+,;=:@").segments[0].text == "a-b_c.d~e!$&'()*+,;=:@");
    CHECK(pattern("/caf\xC3\xA9").segment_count == 1);
    CHECK(pattern("/a%20b%2Fc").segment_count == 1);
}

TEST_CASE("each mistake in a pattern has its sentence") {
    complains("", "starts with '/'");
    complains("items", "starts with '/'");
    complains("{id}", "starts with '/'");
    complains("/a?b", "'?' is no part of a path");
    complains("/a#b", "'#' is no part of a path");
    complains("/a b", "a space in a path is written %20");
    CHECK(complaint("/a\tb") == "coracle: the route '/a\\x09b' is wrong: a control character cannot stand in a path");
    CHECK(complaint(std::string_view("/\0", 2)).find("'/\\x00' is wrong: a control character") != std::string::npos);
    CHECK(complaint("/a\x7F").find("control character") != std::string::npos);
    complains("/a%", "two hexadecimal digits");
    complains("/a%4", "two hexadecimal digits");
    complains("/a%zz", "two hexadecimal digits");
    complains("/a%00", "%00");
    complains("/{id", "never closed");
    complains("/{id/{other}", "never closed");
    complains("/{", "never closed");
    complains("/a}", "no opening brace");
    complains("/{a}}", "fills a whole segment");
    complains("/{}", "needs a name");
    complains("/{:int}", "needs a name");
    complains("/{?}", "needs a name");
    complains("/{?a,}", "needs a name");
    complains("/{?,a}", "needs a name");
    complains("/{?=1}", "needs a name");
    complains("/{user-id}", "letters, digits and '_'");
    complains("/{a b}", "letters, digits and '_'");
    complains("/{a/b}", "letters, digits and '_'");
    complains("/{\xC3\xA9}", "letters, digits and '_'");
    complains("/{1a}", "start with a digit");
    complains("/{a}/{a}", "same name");
    complains("/{a}{?a}", "same name");
    complains("/{?a,a}", "same name");
    complains("/x{a}", "whole segment");
    complains("/{a}x", "whole segment");
    complains("/{a}{b}", "whole segment");
    complains("/{a}.{b}", "whole segment");
    complains("/{a:integer}", "unknown convertor");
    complains("/{a:}", "unknown convertor");
    complains("/{a:int:int}", "unknown convertor");
    complains("/{a:path}/x", "comes last");
    complains("/{a:path}/", "comes last");
    complains("/{?a}/x", "comes last");
    complains("/{?a}{?b}", "comes last");
    complains("/{?a=}}", "comes last");
}

TEST_CASE("a pattern is bounded") {
    std::string fits = "/";
    for (int i = 0; i < 16; ++i) fits += (i ? "/{p" : "{p") + std::to_string(i) + "}";
    CHECK(pattern(fits).parameter_count() == 16);
    complains(fits + "/{more}", "at most 16 parameters");
    complains(fits + "{?more}", "at most 16 parameters");
    std::string deep;
    for (int i = 0; i < 32; ++i) deep += "/a";
    CHECK(pattern(deep).segment_count == 32);
    complains(deep + "/", "at most 32 segments");
}
