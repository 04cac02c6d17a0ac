#include <doctest/doctest.h>

#include <coracle/json/convert.hpp>
#include <coracle/json/write.hpp>

#include <array>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

enum class color { red, green };
struct address {
    std::string street;
    int zip = 0;
};
struct user {
    int id = 0;
    std::optional<std::string> name;
    std::vector<address> homes;
    color favourite = color::green;
    json extra;
};
class money {
public:
    explicit money(int cents) : cents_(cents) {}
    friend json to_json(const money& value) { return json{{"cents", value.cents_}}; }

private:
    int cents_;
};
struct nothing {};

/// Both ways to a text must agree: through a json, and straight.
template <class T>
std::string both(const T& value) {
    std::string by_value = json(value).dump();
    CHECK(by_value == to_json_text(value));
    return by_value;
}

}  // namespace

TEST_CASE("containers, tuples and variants become arrays and objects") {
    CHECK(both(std::vector<int>{1, 2}) == "[1,2]");
    CHECK(both(std::vector<bool>{true, false}) == "[true,false]");
    CHECK(both(std::array<double, 2>{1, 2.5}) == "[1.0,2.5]");
    CHECK(both(std::set<std::string>{"b", "a"}) == R"(["a","b"])");
    CHECK(both(std::list<std::vector<int>>{{1}, {}}) == "[[1],[]]");
    CHECK(both(std::map<std::string, int>{{"b", 1}, {"a", 2}}) == R"({"a":2,"b":1})");
    CHECK(both(std::unordered_map<std::string, color>{{"k", color::red}}) == R"({"k":"red"})");
    CHECK(both(std::tuple<int, std::string, bool>{1, "x", true}) == R"([1,"x",true])");
    CHECK(both(std::tuple<>{}) == "[]");
    CHECK(both(std::pair<std::string, int>{"a", 1}) == R"(["a",1])");
    CHECK(both(std::variant<std::monostate, int, std::string>{}) == "null");
    CHECK(both(std::variant<std::monostate, int, std::string>{"x"}) == R"("x")");
}

TEST_CASE("optionals and pointers are null when empty") {
    CHECK(both(std::optional<int>{}) == "null");
    CHECK(both(std::optional<int>{0}) == "0");
    CHECK(both(std::optional<bool>{false}) == "false");
    CHECK(both(std::unique_ptr<address>{}) == "null");
    CHECK(both(std::make_unique<address>(address{"x", 1})) == R"({"street":"x","zip":1})");
    CHECK(both(std::make_shared<int>(3)) == "3");
    CHECK(both(std::optional<std::vector<std::optional<int>>>{{1, std::nullopt}}) == "[1,null]");
}

TEST_CASE("structs become objects with their own members in order") {
    user someone{1, "Ann", {{"Main", 1}, {"Side", 2}}, color::red, {{"k", nullptr}}};
    CHECK(
        both(someone) ==
        R"({"id":1,"name":"Ann","homes":[{"street":"Main","zip":1},{"street":"Side","zip":2}],"favourite":"red","extra":{"k":null}})");
    CHECK(both(user{}) == R"({"id":0,"name":null,"homes":[],"favourite":"green","extra":null})");
    CHECK(both(nothing{}) == "{}");
    json object{{"user", someone}, {"count", 2}};
    CHECK(object["user"]["homes"][1]["zip"].as_int() == 2);
    struct local {
        nothing a;
        std::array<nothing, 1> b;
    };
    CHECK(both(local{}) == R"({"a":{},"b":[{}]})");
}

TEST_CASE("enums are their names; a value without a name is its number") {
    CHECK(both(color::green) == R"("green")");
    CHECK(both(static_cast<color>(77)) == "77");
}

TEST_CASE("a type says itself what it is made into, also inside of others") {
    CHECK(both(money(5)) == R"({"cents":5})");
    CHECK(both(std::vector<money>{money(1), money(2)}) == R"([{"cents":1},{"cents":2}])");
    struct order {
        money total{3};
    };
    CHECK(both(order{}) == R"({"total":{"cents":3}})");
}

TEST_CASE("time is ISO 8601") {
    CHECK(both(90s) == R"("PT1M30S")");
    CHECK(both(std::chrono::year(2024) / 1 / 31) == R"("2024-01-31")");
    CHECK(both(std::chrono::sys_days(std::chrono::year(2024) / 1 / 31) + 1500ms) == R"("2024-01-31T00:00:01.500000Z")");
}
