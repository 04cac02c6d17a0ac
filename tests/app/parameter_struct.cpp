#include <doctest/doctest.h>

#include <coracle/app/parameter_struct.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace coracle;

namespace {

enum class kind { a, b };
struct plain {
    int a;
    std::optional<std::string> b;
    std::vector<kind> c;
    std::optional<std::set<double>> d;
    std::chrono::seconds e;
    char f;
};
struct nested {
    plain inside;
};
struct mapped {
    std::map<std::string, int> all;
};
struct twice {
    std::vector<std::vector<int>> table;
};
struct empty {};

}  // namespace

TEST_CASE("a struct of words, optional words and lists of words can be filled from texts") {
    static_assert(parameter_struct<plain>);
    static_assert(parameter_struct<empty>);
    static_assert(!parameter_struct<nested>);
    static_assert(!parameter_struct<mapped>);
    static_assert(!parameter_struct<twice>);
    static_assert(!parameter_struct<int>);
    static_assert(!parameter_struct<json>);
    static_assert(!parameter_struct<std::vector<int>>);
}
