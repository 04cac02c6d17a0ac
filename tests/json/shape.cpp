#include <doctest/doctest.h>

#include <coracle/json/shape.hpp>

#include <deque>
#include <filesystem>
#include <list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

using namespace coracle;
using namespace coracle::detail;

namespace {

struct plain {
    int a = 0;
};
struct told {
    int a = 0;
    friend json to_json(const told&) { return json("told"); }
};
struct wrongly_told {
    friend int to_json(const wrongly_told&) { return 1; }
};
struct made_from_plain : json {};

}  // namespace

TEST_CASE("each type has one shape") {
    static_assert(json_nullable<std::optional<int>> && json_nullable<std::unique_ptr<plain>> &&
                  json_nullable<std::shared_ptr<int>>);
    static_assert(!json_nullable<int*> && !json_nullable<std::vector<int>>);
    static_assert(json_map<std::map<std::string, int>> && json_map<std::unordered_map<std::string, plain>>);
    static_assert(json_map<std::map<std::string_view, int>>);
    static_assert(!json_map<std::map<int, int>>);
    static_assert(json_list<std::vector<int>> && json_list<std::vector<bool>> && json_list<std::deque<plain>> &&
                  json_list<std::list<int>> && json_list<std::set<std::string>> && json_list<std::array<int, 3>> &&
                  json_list<std::span<const int>> && json_list<std::initializer_list<int>>);
    static_assert(!json_list<std::string> && !json_list<std::string_view> && !json_list<json> &&
                  !json_list<std::map<std::string, int>> && !json_list<made_from_plain>);
    static_assert(json_tuple<std::tuple<int, plain>> && json_tuple<std::pair<int, int>> &&
                  !json_tuple<std::array<int, 2>>);
    static_assert(json_struct<plain> && !json_struct<std::array<int, 3>> && !json_struct<std::string>);
    CHECK(true);
}

TEST_CASE("a path, whose elements are paths, is no list") { static_assert(!json_list<std::filesystem::path>); }

TEST_CASE("a type describes itself by to_json beside it, if that gives a json") {
    static_assert(describes_itself<told>);
    static_assert(!describes_itself<plain>);
    static_assert(!describes_itself<wrongly_told>);
    static_assert(!describes_itself<std::vector<told>>);
    CHECK(to_json(told{}).as_string() == "told");
    CHECK(to_json(wrongly_told{}) == 1);
}
