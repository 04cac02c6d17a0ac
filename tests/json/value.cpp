#include <doctest/doctest.h>

#include <coracle/json/convert.hpp>
#include <coracle/json/parse.hpp>
#include <coracle/json/read.hpp>
#include <coracle/json/value.hpp>
#include <coracle/json/write.hpp>

#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

// The shape of a coroutine's `co_return {...}`: a function taking json, called with braces.
std::string returned(json value) { return value.dump(); }
json single_pair() { return {{"message", "Hello"}}; }
json nested() { return {{"a", 1}, {"b", {{"c", nullptr}, {"d", {{"e", true}}}}}}; }

json deep_value(unsigned levels) {
    json value = "core";
    for (unsigned i = 0; i < levels; ++i) {
        json above = i % 2 ? json::array() : json::object();
        if (i % 2) {
            above.push_back(i);
            above.push_back(std::move(value));
            above.push_back("after");
        } else {
            above["before"] = i;
            above["inside"] = std::move(value);
        }
        value = std::move(above);
    }
    return value;
}

}  // namespace

TEST_CASE("braces make objects, in every place they can stand") {
    CHECK(single_pair().dump() == R"({"message":"Hello"})");
    CHECK(nested().dump() == R"({"a":1,"b":{"c":null,"d":{"e":true}}})");
    CHECK(returned({{"message", "Hello"}}) == R"({"message":"Hello"})");
    CHECK(returned({{"id", 1}, {"tags", json::array({"x", 2})}}) == R"({"id":1,"tags":["x",2]})");
    json object{{"a", 1}, {"b", json{{"c", nullptr}}}};
    CHECK(object.dump() == R"({"a":1,"b":{"c":null}})");
    json assigned = {{"k", 1.5}};
    CHECK(assigned.dump() == R"({"k":1.5})");
    std::string name = "from a string";
    CHECK(json{{"name", name}, {"view", std::string_view(name)}, {"letter", 'x'}}.dump() ==
          R"({"name":"from a string","view":"from a string","letter":"x"})");
    CHECK(json{{"twice", 1}, {"other", 2}, {"twice", 3}}.dump() == R"({"twice":3,"other":2})");
    json list = json::array({json{{"a", 1}}, {{"b", 2}}, json::array(), nullptr});
    CHECK(list.dump() == R"([{"a":1},{"b":2},[],null])");
}

TEST_CASE("braces around one value are that value, empty braces are null") {
    json original{{"a", 1}};
    json same{original};
    CHECK(same == original);
    json moved{std::move(same)};
    CHECK(moved == original);
    CHECK(json{"text"}.is_string());
    CHECK(json{5}.is_integer());
    CHECK(json{}.is_null());
    json null = {};
    CHECK(null.is_null());
    CHECK(json(nullptr).is_null());
    CHECK(json::object().is_object());
    CHECK(json::array().is_array());
    CHECK(json(std::initializer_list<json_member>{}).dump() == "{}");
}

TEST_CASE("the variadic factory needs no braces") {
    CHECK(json::object("id", 1, "name", "x", "price", 2.5, "none", nullptr).dump() ==
          R"({"id":1,"name":"x","price":2.5,"none":null})");
    std::string key = "k";
    CHECK(json::object(key, json::array({1, 2}), std::string_view("v"), true).dump() == R"({"k":[1,2],"v":true})");
    CHECK(json::object("a", 1, "a", 2).dump() == R"({"a":2})");
}

TEST_CASE("numbers keep their kind, and integers their value") {
    CHECK(json(true).type() == json_kind::boolean);
    CHECK(json(1).type() == json_kind::integer);
    CHECK(json(1u).type() == json_kind::integer);
    CHECK(json(static_cast<unsigned char>(200)).as_int() == 200);
    CHECK(json(static_cast<signed char>(-3)).as_int() == -3);
    CHECK(json(std::numeric_limits<std::int64_t>::min()).as_int() == std::numeric_limits<std::int64_t>::min());
    CHECK(json(std::uint64_t{1} << 63).type() == json_kind::unsigned_integer);
    CHECK(json(std::numeric_limits<std::uint64_t>::max()).as_uint() == std::numeric_limits<std::uint64_t>::max());
    CHECK(json(1.0).type() == json_kind::number);
    CHECK(json(1.5f).as_double() == 1.5);
    CHECK(json(2.5L).as_double() == 2.5);
    CHECK(json(7).as_double() == 7.0);
    CHECK(json(7).as_uint() == 7);
    CHECK(json(1).is_number());
    CHECK(json(1).is_integer());
    CHECK(!json(1.0).is_integer());
}

TEST_CASE("a null pointer to characters is null") {
    const char* nothing = nullptr;
    CHECK(json(nothing).is_null());
    const char* something = "x";
    CHECK(json(something).as_string() == "x");
    CHECK(to_json_text(nothing) == "null");
}

TEST_CASE("what has no form in JSON does not convert") {
    static_assert(!std::is_convertible_v<void*, json>);
    static_assert(!std::is_convertible_v<int*, json>);
    static_assert(!std::is_convertible_v<wchar_t, json>);
    static_assert(!std::is_convertible_v<char16_t, json>);
    static_assert(std::is_nothrow_move_constructible_v<json>);
    static_assert(std::is_nothrow_move_assignable_v<json>);
    static_assert(std::is_nothrow_default_constructible_v<json>);
}

TEST_CASE("asking a value for what it is not throws a json_error that says both") {
    auto said = [](auto&& ask) -> std::string {
        try {
            ask();
        } catch (const json_error& error) {
            return error.what();
        }
        return "nothing";
    };
    json object{{"a", 1}};
    json list = json::array({1});
    CHECK(said([&] { object.as_array(); }) == "expected an array, found an object");
    CHECK(said([&] { list.as_object(); }) == "expected an object, found an array");
    json one(1);
    CHECK(said([&] { one.as_string(); }) == "expected a string, found an integer");
    CHECK(said([&] { json("x").as_int(); }) == "expected an integer in the range of int64, found a string");
    CHECK(said([&] { json(1.5).as_int(); }) == "expected an integer in the range of int64, found a number");
    CHECK(said([&] { json(std::numeric_limits<std::uint64_t>::max()).as_int(); }) != "nothing");
    CHECK(said([&] { json(-1).as_uint(); }) == "expected an integer of 0 or more, found an integer");
    CHECK(said([&] { json().as_bool(); }) == "expected a boolean, found null");
    CHECK(said([&] { json(true).as_double(); }) == "expected a number, found a boolean");
    CHECK(said([&] { std::as_const(object).at("b"); }) == "there is no member 'b'");
    CHECK(said([&] { std::as_const(object)["b"]; }) == "there is no member 'b'");
    CHECK(said([&] { list[1]; }) == "there is no element 1 in an array of 1");
    CHECK(said([&] { list[-1]; }) == "there is no element -1 in an array of 1");
    CHECK(said([&] { list["a"]; }) == "expected an object, found an array");
    CHECK(said([&] { json(1)["a"]; }) == "expected an object, found an integer");
    CHECK(said([&] { object.push_back(1); }) == "expected an array, found an object");
    CHECK(said([&] { object.begin(); }) ==
          "expected an array (the members of an object are in items()), found an object");
    CHECK(said([&] { list.items(); }) == "expected an object, found an array");
}

TEST_CASE("members are found, added, changed and removed, in the order they came") {
    json object;
    object["b"] = 1;
    object["a"] = "two";
    object["b"] = 3;
    CHECK(object.dump() == R"({"b":3,"a":"two"})");
    CHECK(object.size() == 2);
    CHECK(object.contains("a"));
    CHECK(!object.contains("c"));
    CHECK(object.find("a")->as_string() == "two");
    CHECK(object.find("c") == nullptr);
    CHECK(json(1).find("c") == nullptr);
    object["nested"]["deeper"] = true;
    CHECK(object["nested"]["deeper"].as_bool());
    CHECK(object.erase("b"));
    CHECK(!object.erase("b"));
    CHECK(object.dump() == R"({"a":"two","nested":{"deeper":true}})");
    std::string keys;
    for (auto& [key, value] : object.items()) {
        keys += key;
        value = 0;
    }
    for (const auto& [key, value] : std::as_const(object).items()) keys += key + value.dump();
    CHECK(keys == "anesteda0nested0");
}

TEST_CASE("elements are appended, indexed and iterated") {
    json list;
    list.push_back(1);
    list.push_back("two");
    list.push_back({{"three", 3}});
    CHECK(list.size() == 3);
    CHECK(list[0].as_int() == 1);
    CHECK(list[1u].as_string() == "two");
    CHECK(list[2]["three"].as_int() == 3);
    list[0] = 9;
    int count = 0;
    for (const json& element : std::as_const(list)) count += element.is_null() ? 0 : 1;
    for (json& element : list) element = nullptr;
    CHECK(count == 3);
    CHECK(list.dump() == "[null,null,null]");
    for ([[maybe_unused]] const json& element : json()) FAIL("null has no elements");
    CHECK(json::array(std::vector<int>{1, 2}).dump() == "[1,2]");
    CHECK(json::array(std::vector<bool>{true, false}).dump() == "[true,false]");
    CHECK(json("text").empty());
}

TEST_CASE("a part of a value can be assigned to the whole") {
    json value{{"inner", {{"x", json::array({1, 2})}}}};
    value = std::move(value["inner"]);
    CHECK(value.dump() == R"({"x":[1,2]})");
    value = value["x"];
    CHECK(value.dump() == "[1,2]");
    value.push_back(value);
    CHECK(value.dump() == "[1,2,[1,2]]");
    json& self = value;
    value = self;
    CHECK(value.dump() == "[1,2,[1,2]]");
    value = std::move(self);
    CHECK(value.dump() == "[1,2,[1,2]]");
}

TEST_CASE("strings and containers can be moved out") {
    json text("a text that is too long for the small string");
    std::string taken = std::move(text).as_string();
    CHECK(taken == "a text that is too long for the small string");
    json moved_from{{"a", 1}};
    json target = std::move(moved_from);
    CHECK(moved_from.is_null());
}

TEST_CASE("equality is by value, exact between integers and doubles, without regard to the order of members") {
    CHECK(json(1) == json(1.0));
    CHECK(json(1u) == json(1));
    CHECK(json(1) != json(true));
    CHECK(json(1) != json("1"));
    CHECK(json() == json(nullptr));
    CHECK(json(std::int64_t{9007199254740993}) != json(9007199254740992.0));
    CHECK(json(std::numeric_limits<std::int64_t>::max()) != json(0x1p63));
    CHECK(json(std::uint64_t{1} << 63) == json(0x1p63));
    CHECK(json(std::numeric_limits<std::uint64_t>::max()) != json(0x1p64));
    CHECK(json(-1) != json(std::numeric_limits<std::uint64_t>::max()));
    CHECK(json{{"a", 1}, {"b", 2}} == json{{"b", 2}, {"a", 1}});
    CHECK(json{{"a", 1}, {"b", 2}} != json{{"a", 1}, {"c", 2}});
    CHECK(json{{"a", 1}} != json{{"a", 1}, {"b", 2}});
    CHECK(json::array({1, 2}) != json::array({2, 1}));
    CHECK(json::array() != json::object());
    CHECK(json::array({json::array({1})}) == json::array({json::array({1})}));
    CHECK(json(std::numeric_limits<double>::quiet_NaN()) != json(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("a value of 200,000 levels is copied, compared and destroyed without stack") {
    json value = deep_value(200'000);
    json copy = value;
    CHECK(copy == value);
    json other = deep_value(200'001);
    CHECK(other != value);
    CHECK_THROWS_AS(value.dump(), json_error);
    CHECK_THROWS_AS(value.dump(2), json_error);
    copy = nullptr;
    CHECK(copy.is_null());
}

TEST_CASE("wide and deep at once: what is shared out between the two ways of destroying") {
    json root = json::array();
    for (int i = 0; i < 100; ++i) {
        json object = json::object();
        object["list"] =
            json::array({1, json::array({2, json{{"x", json::array({"a text too long to be stored inside"})}}})});
        object["deep"] = deep_value(50);
        object["leaf"] = "another text that is too long to be stored inside";
        root.push_back(std::move(object));
    }
    json copy = root;
    root[50]["deep"] = nullptr;
    CHECK(copy != root);
    CHECK(copy.size() == 100);
    CHECK(json::parse(copy.dump(), {.max_depth = 100}) == copy);
}

TEST_CASE("get reads a value as a type, or says why not") {
    json value{{"id", 1}, {"tags", json::array({"a", "b"})}};
    CHECK(value["id"].get<int>() == 1);
    CHECK(value["tags"].get<std::vector<std::string>>() == std::vector<std::string>{"a", "b"});
    CHECK(value["id"].get<double>() == 1.0);
    CHECK_THROWS_AS(value["tags"].get<int>(), json_error);
}
