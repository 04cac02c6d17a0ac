#include <doctest/doctest.h>

#include <coracle/json/schema.hpp>
#include <coracle/json/write.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

using namespace coracle;

namespace shop {

enum class kind : unsigned char { tool, toy };
struct address {
    std::string street;
    std::string zip_code = "1";
};
struct item {
    std::string name;
    double price = 0;
    std::optional<std::string> note;
    kind sort = kind::toy;
    address home;
    std::optional<address> work;
    std::vector<std::string> tags;
};
struct node {
    int value = 0;
    std::vector<node> children;
    std::unique_ptr<node> next;
};
template <class T>
struct page {
    std::vector<T> items;
    int total;
};
template <class A, class B>
struct two {
    A first;
    B second;
};

struct color {
    int red = 0, green = 0, blue = 0;
    friend json to_json(const color&) { return json("#000000"); }
};
inline void describe(schema_notes<color>& notes) {
    notes.is({{"type", "string"}, {"pattern", "^#[0-9a-f]{6}$"}}).example("#ff8800");
}
struct opaque {
    int a = 0;
    friend json to_json(const opaque&) { return json(1); }
};

struct noted {
    int id;
    double price = 1.5;
    kind sort = kind::tool;
};
inline void describe(schema_notes<noted>& notes) {
    notes.description("Something for sale.").set("x-room", "shop");
    notes.field(&noted::price).description("In euro.").example(12.5).example(1).title("What it costs");
    notes.field(&noted::sort).deprecated();
}
enum class size : int { small = 1, large = 2 };
inline void describe(schema_notes<size>& notes) { notes.description("How large."); }

struct shy {
    shy() = delete;
    explicit shy(int) {}
    friend json to_json(const shy&) { return json(1); }
};
struct holds_shy {
    shy of;
    int a = 0;
};
struct nothing {};
struct endless {
    double far = std::numeric_limits<double>::infinity();
};
struct dates {
    std::chrono::year_month_day day = std::chrono::year(2024) / 1 / 31;
    std::chrono::sys_seconds at;
    std::chrono::milliseconds wait = std::chrono::milliseconds(1500);
};

}  // namespace shop
namespace other {
struct item {
    int a;
};
namespace deep {
struct item {
    int b;
};
}  // namespace deep
}  // namespace other

namespace {
struct item {
    int hidden;
};

template <class T>
std::string text() {
    schema_components named;
    return schema_of<T>(named).dump();
}
template <class T>
std::string component() {
    schema_components named;
    json to = schema_of<T>(named);
    const json* found = named.find(to);
    return found ? found->dump() : "none";
}

}  // namespace

TEST_CASE("scalars say their type, and integers the bounds that are checked") {
    CHECK(text<bool>() == R"({"type":"boolean"})");
    CHECK(text<std::string>() == R"({"type":"string"})");
    CHECK(text<std::string_view>() == R"({"type":"string"})");
    CHECK(text<const char*>() == R"({"type":"string"})");
    CHECK(text<int>() == R"({"type":"integer","format":"int32","maximum":2147483647,"minimum":-2147483648})");
    CHECK(text<std::int8_t>() == R"({"type":"integer","format":"int8","maximum":127,"minimum":-128})");
    CHECK(text<std::uint16_t>() == R"({"type":"integer","format":"uint16","maximum":65535,"minimum":0})");
    CHECK(text<std::int64_t>() ==
          R"({"type":"integer","format":"int64","maximum":9223372036854775807,"minimum":-9223372036854775808})");
    CHECK(text<std::uint64_t>() ==
          R"({"type":"integer","format":"uint64","maximum":18446744073709551615,"minimum":0})");
    CHECK(text<double>() == R"({"type":"number"})");
    CHECK(text<float>().starts_with(R"({"type":"number","format":"float","maximum":3.4028)"));
    CHECK(text<char>() == R"({"type":"string","maxLength":1,"minLength":1})");
    CHECK(text<const int&>() == text<int>());
}

TEST_CASE("time is text of a format") {
    CHECK(text<std::chrono::year_month_day>() == R"({"type":"string","format":"date"})");
    CHECK(text<std::chrono::sys_days>() == R"({"type":"string","format":"date"})");
    CHECK(text<std::chrono::sys_seconds>() == R"({"type":"string","format":"date-time"})");
    CHECK(text<std::chrono::system_clock::time_point>() == R"({"type":"string","format":"date-time"})");
    CHECK(text<std::chrono::seconds>() == R"({"type":"string","format":"duration"})");
}

TEST_CASE("anything is the empty schema") {
    CHECK(text<json>() == "{}");
    CHECK(text<std::optional<json>>() == "{}");
    CHECK(text<std::map<std::string, json>>() == R"({"additionalProperties":true,"type":"object"})");
}

TEST_CASE("what can be null is a choice, told once") {
    CHECK(text<std::optional<bool>>() == R"({"anyOf":[{"type":"boolean"},{"type":"null"}]})");
    CHECK(text<std::shared_ptr<bool>>() == text<std::optional<bool>>());
    CHECK(text<std::optional<std::optional<bool>>>() == text<std::optional<bool>>());
    CHECK(text<std::optional<std::variant<bool, std::string>>>() ==
          R"({"anyOf":[{"type":"boolean"},{"type":"string"},{"type":"null"}]})");
    CHECK(text<std::variant<std::monostate, bool>>() == R"({"anyOf":[{"type":"null"},{"type":"boolean"}]})");
    CHECK(text<std::optional<shop::kind>>() == R"({"anyOf":[{"$ref":"#/components/schemas/kind"},{"type":"null"}]})");
}

TEST_CASE("containers") {
    CHECK(text<std::vector<bool>>() == R"({"items":{"type":"boolean"},"type":"array"})");
    CHECK(text<std::list<std::string>>() == R"({"items":{"type":"string"},"type":"array"})");
    CHECK(text<std::set<std::string>>() == R"({"items":{"type":"string"},"type":"array","uniqueItems":true})");
    CHECK(text<std::array<bool, 3>>() == R"({"items":{"type":"boolean"},"type":"array","maxItems":3,"minItems":3})");
    CHECK(text<std::pair<bool, std::string>>() ==
          R"({"prefixItems":[{"type":"boolean"},{"type":"string"}],"type":"array","maxItems":2,"minItems":2})");
    CHECK(text<std::tuple<>>() == R"({"type":"array","maxItems":0,"minItems":0})");
    CHECK(text<std::unordered_map<std::string, bool>>() ==
          R"({"additionalProperties":{"type":"boolean"},"type":"object"})");
    CHECK(text<std::vector<std::map<std::string, std::vector<bool>>>>() ==
          R"({"items":{"additionalProperties":{"items":{"type":"boolean"},"type":"array"},"type":"object"},)"
          R"("type":"array"})");
    CHECK(text<std::variant<bool, bool>>() == R"({"anyOf":[{"type":"boolean"}]})");
}

TEST_CASE("a struct is a component: what may be left out has its default, the rest is required") {
    CHECK(text<shop::item>() == R"({"$ref":"#/components/schemas/item"})");
    CHECK(component<shop::item>() == R"({"properties":{"name":{"type":"string","title":"Name"},)"
                                     R"("price":{"type":"number","title":"Price","default":0.0},)"
                                     R"("note":{"anyOf":[{"type":"string"},{"type":"null"}],"title":"Note"},)"
                                     R"("sort":{"$ref":"#/components/schemas/kind","default":"toy"},)"
                                     R"("home":{"$ref":"#/components/schemas/address"},)"
                                     R"("work":{"anyOf":[{"$ref":"#/components/schemas/address"},{"type":"null"}]},)"
                                     R"("tags":{"items":{"type":"string"},"type":"array","title":"Tags"}},)"
                                     R"("type":"object","required":["name","home","tags"],"title":"item"})");
    CHECK(component<shop::kind>() == R"({"type":"string","enum":["tool","toy"],"title":"kind"})");
}

TEST_CASE("all components, sorted by name") {
    schema_components named;
    CHECK(named.empty());
    schema_of<shop::item>(named);
    schema_of<shop::item>(named);
    json all = named.sorted();
    std::string names;
    for (const auto& [name, schema] : all.items()) names += name + " ";
    CHECK(names == "address item kind ");
}

TEST_CASE("a struct may hold itself") {
    schema_components named;
    CHECK(schema_of<shop::node>(named).dump() == R"({"$ref":"#/components/schemas/node"})");
    CHECK(named.sorted().dump() ==
          R"({"node":{"properties":{"value":{"type":"integer","format":"int32","maximum":2147483647,)"
          R"("minimum":-2147483648,"title":"Value","default":0},)"
          R"("children":{"items":{"$ref":"#/components/schemas/node"},"type":"array","title":"Children"},)"
          R"("next":{"anyOf":[{"$ref":"#/components/schemas/node"},{"type":"null"}]}},)"
          R"("type":"object","required":["children"],"title":"node"}})");
}

TEST_CASE("templates have readable names") {
    CHECK(text<shop::page<shop::item>>() == R"({"$ref":"#/components/schemas/page_item_"})");
    CHECK(component<shop::page<shop::item>>().ends_with(R"("title":"page[item]"})"));
    CHECK(text<shop::two<int, std::string>>() == R"({"$ref":"#/components/schemas/two_int__string_"})");
    CHECK(text<shop::page<std::vector<std::optional<shop::item>>>>() ==
          R"({"$ref":"#/components/schemas/page_vector_optional_item___"})");
}

TEST_CASE("types that share a name get the path to tell them apart, then a number") {
    schema_components named;
    CHECK(schema_of<shop::item>(named)["$ref"].as_string() == "#/components/schemas/item");
    CHECK(schema_of<other::item>(named)["$ref"].as_string() == "#/components/schemas/other__item");
    CHECK(schema_of<other::deep::item>(named)["$ref"].as_string() == "#/components/schemas/other__deep__item");
    CHECK(schema_of<item>(named)["$ref"].as_string() == "#/components/schemas/item_2");
    CHECK(schema_of<other::item>(named)["$ref"].as_string() == "#/components/schemas/other__item");
}

TEST_CASE("a type that is written by to_json says what it is, or is anything") {
    CHECK(text<shop::color>() == R"({"type":"string","pattern":"^#[0-9a-f]{6}$","examples":["#ff8800"]})");
    CHECK(text<shop::opaque>() == "{}");
}

TEST_CASE("notes beside a type stand over what the type says") {
    CHECK(component<shop::noted>() ==
          R"({"properties":{"id":{"type":"integer","format":"int32","maximum":2147483647,"minimum":-2147483648,)"
          R"("title":"Id"},)"
          R"("price":{"type":"number","title":"What it costs","default":1.5,"description":"In euro.",)"
          R"("examples":[12.5,1]},)"
          R"("sort":{"$ref":"#/components/schemas/kind","default":"tool","deprecated":true}},)"
          R"("type":"object","required":["id"],"title":"noted","description":"Something for sale.","x-room":"shop"})");
    CHECK(component<shop::size>() ==
          R"({"type":"string","enum":["small","large"],"title":"size","description":"How large."})");
}

TEST_CASE("defaults that cannot be made or written are not told") {
    CHECK(component<shop::holds_shy>() ==
          R"({"properties":{"of":{"title":"Of"},"a":{"type":"integer","format":"int32","maximum":2147483647,)"
          R"("minimum":-2147483648,"title":"A"}},)"
          R"("type":"object","required":["of","a"],"title":"holds_shy"})");
    CHECK(component<shop::nothing>() == R"({"properties":{},"type":"object","title":"nothing"})");
    CHECK(component<shop::endless>() ==
          R"({"properties":{"far":{"type":"number","title":"Far"}},"type":"object","title":"endless"})");
    CHECK(component<shop::dates>() ==
          R"({"properties":{"day":{"type":"string","format":"date","title":"Day","default":"2024-01-31"},)"
          R"("at":{"type":"string","format":"date-time","title":"At"},)"
          R"("wait":{"type":"string","format":"duration","title":"Wait","default":"PT1.5S"}},)"
          R"("type":"object","required":["at"],"title":"dates"})");
}

TEST_CASE("titles are as Python's title() makes them") {
    CHECK(detail::title_of("item_id") == "Item Id");
    CHECK(detail::title_of("userID") == "Userid");
    CHECK(detail::title_of("x2y") == "X2Y");
    CHECK(detail::title_of("_skip_") == "Skip");
    CHECK(detail::title_of("x-token") == "X-Token");
    CHECK(detail::title_of("___") == "");
}
