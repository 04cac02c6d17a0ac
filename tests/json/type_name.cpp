#include <doctest/doctest.h>

#include <coracle/json/type_name.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace coracle::reflect;

namespace shop {
struct item {};
template <class T>
struct page {
    struct inner {};
};
template <class T, int N>
struct counted {};
enum class kind { tool };
namespace {
struct hidden {};
}  // namespace
}  // namespace shop

TEST_CASE("a type is called by its own name, without namespaces") {
    CHECK(type_name<shop::item>() == "item");
    CHECK(type_name<shop::kind>() == "kind");
    CHECK(type_name<shop::hidden>() == "hidden");
    CHECK(type_name<shop::page<shop::item>::inner>() == "inner");
    struct local {};
    CHECK(type_name<local>() == "local");
}

TEST_CASE("arguments that are types stand in brackets, allocators and comparisons do not") {
    CHECK(type_name<shop::page<shop::item>>() == "page[item]");
    CHECK(type_name<shop::page<shop::hidden>>() == "page[hidden]");
    CHECK(type_name<std::vector<shop::item>>() == "vector[item]");
    CHECK(type_name<std::map<std::string, shop::page<std::set<int>>>>() == "map[string, page[set[int]]]");
    CHECK(type_name<shop::counted<shop::item, 3>>() == "counted");
}

TEST_CASE("numbers are called the same everywhere") {
    CHECK(type_name<bool>() == "bool");
    CHECK(type_name<int>() == "int");
    CHECK(type_name<unsigned>() == "uint");
    CHECK(type_name<std::int64_t>() == "int64");
    CHECK(type_name<std::uint8_t>() == "uint8");
    CHECK(type_name<float>() == "float");
    CHECK(type_name<double>() == "double");
    CHECK(type_name<std::string>() == "string");
}

TEST_CASE("the path names what is around a type, if that has a name") {
    static_assert(type_path<shop::item> == "shop::item");
    static_assert(type_path<shop::hidden> == "shop::hidden");
    static_assert(type_path<shop::page<shop::item>> == "shop::page");
    static_assert(type_path<shop::page<shop::item>::inner> == "shop::page::inner");
    struct local {};
    static_assert(type_path<local> == "local");
    static_assert(type_path<std::string_view>.starts_with("std::"));
}
