#include <doctest/doctest.h>

#include <coracle/json/checked.hpp>
#include <coracle/json/decode.hpp>
#include <coracle/json/write.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using namespace coracle;

namespace {

using percent = checked<int, minimum<0>, maximum<100>>;
using short_name = checked<std::string, min_length<1>, max_length<3>>;
using few = checked<std::vector<int>, min_items<1>, max_items<2>>;

struct order {
    checked<int, minimum<1>> amount = 10;
    short_name code;
    percent discount = 0;
    std::optional<percent> tax;
    few sizes = {7};
    std::vector<percent> steps;
};

struct tree {
    int value = 0;
    checked<std::vector<tree>, max_items<2>> children;
};

/// All issues, "loc type: msg {ctx} input", one a line; the text itself when all is well.
template <class T>
std::string read(std::string_view text) {
    std::vector<validation_issue> issues;
    auto value = read_json_text<T>(text, issues, "body");
    CHECK(value.has_value() == issues.empty());
    if (value) return to_json_text(*value);
    std::string all;
    for (const auto& issue : issues) {
        if (!all.empty()) all += "\n";
        all += issue.loc.dump() + " " + issue.type + ": " + issue.msg;
        if (!issue.ctx.is_null()) all += " " + issue.ctx.dump();
        all += " " + issue.input.dump();
    }
    return all;
}
template <class T>
std::string word(std::string_view text) {
    text_problem why;
    auto value = from_text<T>(text, why);
    return value ? to_json_text(*value) : std::string(why.type) + ": " + why.msg + " " + why.ctx.dump();
}

}  // namespace

TEST_CASE("a checked value is used as what it holds") {
    percent half = 50;
    CHECK(*half == 50);
    CHECK(half + 1 == 51);
    CHECK(half == 50);
    CHECK(half != percent(51));
    CHECK(half < percent(51));
    int plain = half;
    CHECK(plain == 50);
    short_name name = "abc";
    CHECK(name->size() == 3);
    CHECK(name == "abc");
    const std::string& inside = name;
    CHECK(&inside == &*name);
    CHECK(std::move(name).take() == "abc");
    few sizes = {1, 2};
    CHECK(sizes->size() == 2);
    half = 51;
    CHECK(half == 51);
    static_assert(sizeof(percent) == sizeof(int));
    static_assert(std::is_trivially_default_constructible_v<percent> && std::is_trivially_copyable_v<percent>);
}

TEST_CASE("making one from what does not fit throws, and does not compile where it must be constant") {
    CHECK_THROWS_WITH_AS(percent(101),
                         "coracle: a value does not fit its constraints: Input should be less than or equal to 100",
                         std::invalid_argument);
    CHECK_THROWS_AS(percent(-1), std::invalid_argument);
    CHECK_THROWS_AS(short_name("abcd"), std::invalid_argument);
    CHECK_THROWS_AS(few({1, 2, 3}), std::invalid_argument);
    CHECK_THROWS_AS((checked<std::uint8_t, minimum<1>>(300)), std::invalid_argument);
    CHECK_THROWS_AS((checked<unsigned, minimum<1>>(-1)), std::invalid_argument);
    static constexpr percent constant = 7;
    static_assert(constant == 7);
    static_assert(percent::fits(100) && !percent::fits(101));
    static_assert(!std::is_convertible_v<double, percent>);
    static_assert(!std::is_convertible_v<std::string, percent>);
}

TEST_CASE("words of a path or query: first what the type says, then the constraints") {
    CHECK(word<percent>("42") == "42");
    CHECK(word<percent>(" 42.0 ") == "42");
    CHECK(word<percent>("101") == R"(less_than_equal: Input should be less than or equal to 100 {"le":100})");
    CHECK(word<percent>("-1") == R"(greater_than_equal: Input should be greater than or equal to 0 {"ge":0})");
    CHECK(word<percent>("x") ==
          "int_parsing: Input should be a valid integer, unable to parse string as an integer null");
    CHECK(word<short_name>("") == R"(string_too_short: String should have at least 1 character {"min_length":1})");
    CHECK(word<checked<double, exclusive_minimum<3>>>("3") ==
          R"(greater_than: Input should be greater than 3 {"gt":3.0})");
    static_assert(scalar<percent> && scalar<short_name> && !scalar<few>);
}

TEST_CASE("of several constraints that do not hold, pydantic's first is told") {
    using many = checked<int, minimum<10>, exclusive_minimum<12>, maximum<3>, exclusive_maximum<2>, multiple_of<7>>;
    CHECK(word<many>("5").starts_with("multiple_of:"));
    CHECK(word<many>("7").starts_with("less_than_equal:"));
    using narrow = checked<int, exclusive_minimum<12>, minimum<10>>;
    CHECK(word<narrow>("5").starts_with("greater_than_equal:"));
    CHECK(word<narrow>("11").starts_with("greater_than:"));
}

TEST_CASE("members of a struct: with the default, the value, and the mistakes") {
    CHECK(read<order>(R"({"code":"ab","steps":[]})") ==
          R"({"amount":10,"code":"ab","discount":0,"tax":null,"sizes":[7],"steps":[]})");
    CHECK(read<order>(R"({"amount":"3","code":"abc","discount":5.0,"tax":7,"sizes":[1,"2"],"steps":[1,2]})") ==
          R"({"amount":3,"code":"abc","discount":5,"tax":7,"sizes":[1,2],"steps":[1,2]})");
    CHECK(
        read<order>(R"({"amount":0,"code":"abcd","discount":"x","tax":101,"sizes":[],"steps":[0,-1,null]})") ==
        R"(["body","amount"] greater_than_equal: Input should be greater than or equal to 1 {"ge":1} 0)"
        "\n"
        R"(["body","code"] string_too_long: String should have at most 3 characters {"max_length":3} "abcd")"
        "\n"
        R"(["body","discount"] int_parsing: Input should be a valid integer, unable to parse string as an integer "x")"
        "\n"
        R"(["body","tax"] less_than_equal: Input should be less than or equal to 100 {"le":100} 101)"
        "\n"
        R"(["body","sizes"] too_short: List should have at least 1 item after validation, not 0 {"field_type":"List","min_length":1,"actual_length":0} [])"
        "\n"
        R"(["body","steps",1] greater_than_equal: Input should be greater than or equal to 0 {"ge":0} -1)"
        "\n"
        R"(["body","steps",2] int_type: Input should be a valid integer null)");
    CHECK(read<order>("{}") ==
          "[\"body\",\"code\"] missing: Field required {}\n[\"body\",\"steps\"] missing: Field required {}");
}

TEST_CASE("a list that came too long is not read; one with bad elements is not counted") {
    constexpr std::string_view too_long =
        R"(["body"] too_long: List should have at most 2 items after validation, not 3 {"field_type":"List","max_length":2,"actual_length":3} )";
    CHECK(read<few>("[1,2,3]") == std::string(too_long) + "[1,2,3]");
    CHECK(read<few>(R"(["x","y","z"])") == std::string(too_long) + R"(["x","y","z"])");
    using at_least_two = checked<std::vector<int>, min_items<2>>;
    CHECK(read<at_least_two>(R"(["x"])") ==
          R"(["body",0] int_parsing: Input should be a valid integer, unable to parse string as an integer "x")");
    using set = checked<std::set<int>, max_items<1>>;
    CHECK(read<set>("[1,1]") == "[1]");
    CHECK(read<set>("[1,2]").find("Set should have at most 1 item after validation, not more") != std::string::npos);
    using map = checked<std::map<std::string, int>, min_items<1>>;
    CHECK(read<map>("{}").find("Dictionary should have at least 1 item after validation, not 0") != std::string::npos);
    CHECK(read<checked<std::vector<std::string>, unique_items>>(R"(["a","a"])") ==
          R"(["body"] unique_list: List must be unique ["a","a"])");
}

TEST_CASE("a struct may hold a checked list of itself") {
    CHECK(read<tree>(R"({"value":1,"children":[{"children":[]}]})") ==
          R"({"value":1,"children":[{"value":0,"children":[]}]})");
    CHECK(read<tree>(R"({"children":[{"children":[1,2,3]}]})")
              .starts_with(R"(["body","children",0,"children"] too_long)"));
}

TEST_CASE("strict: only what JSON itself calls a number, a boolean, a string") {
    using integer = checked<int, strict>;
    CHECK(read<integer>("1") == "1");
    for (std::string_view text : {"\"1\"", "1.0", "true", "null", "1.5"})
        CHECK(read<integer>(text) == "[\"body\"] int_type: Input should be a valid integer " + std::string(text));
    using number = checked<double, strict>;
    CHECK(read<number>("1") == "1.0");
    for (std::string_view text : {"\"1\"", "true", "null"})
        CHECK(read<number>(text) == "[\"body\"] float_type: Input should be a valid number " + std::string(text));
    using truth = checked<bool, strict>;
    CHECK(read<truth>("true") == "true");
    for (std::string_view text : {"\"1\"", "1", "\"true\""})
        CHECK(read<truth>(text) == "[\"body\"] bool_type: Input should be a valid boolean " + std::string(text));
    CHECK(read<checked<std::string, strict>>("1") == R"(["body"] string_type: Input should be a valid string 1)");
    CHECK(read<checked<int, strict, minimum<2>>>("1") ==
          R"(["body"] greater_than_equal: Input should be greater than or equal to 2 {"ge":2} 1)");
    CHECK(word<integer>("-42") == "-42");
    for (std::string_view text : {" 42", "+42", "42.0", "042", "", "-", "4x"})
        CHECK(word<integer>(text).starts_with("int_parsing"));
    CHECK(word<number>("1.5e3") == "1500.0");
    for (std::string_view text : {".5", "5.", "05", " 5", "+5"}) CHECK(word<number>(text).starts_with("float_parsing"));
    CHECK(word<truth>("true") == "true");
    for (std::string_view text : {"1", "yes", "True"}) CHECK(word<truth>(text).starts_with("bool_parsing"));
}

TEST_CASE("a checked value inside of a variant, and of another checked one") {
    using either = std::variant<percent, short_name>;
    CHECK(read<either>("7") == "7");
    CHECK(read<either>("\"ab\"") == "\"ab\"");
    using digits = checked<std::vector<checked<int, minimum<0>, maximum<9>>>, max_items<3>>;
    CHECK(read<digits>("[1,2]") == "[1,2]");
    CHECK(read<digits>("[1,10]") ==
          R"(["body",1] less_than_equal: Input should be less than or equal to 9 {"le":9} 10)");
    CHECK(json(percent(5)).dump() == "5");
    CHECK(json(short_name("ab")).dump() == "\"ab\"");
}

TEST_CASE("the constraints can be asked for, in JSON Schema's words") {
    auto schema = []<class T>(std::type_identity<T>) {
        json all = json::object();
        T::for_each_constraint([&](std::string_view keyword, json value) { all[keyword] = std::move(value); });
        return all.dump();
    };
    CHECK(schema(std::type_identity<percent>{}) == R"({"minimum":0,"maximum":100})");
    CHECK(
        schema(std::type_identity<checked<double, exclusive_minimum<0>, exclusive_maximum<1.5>, multiple_of<0.5>>>{}) ==
        R"({"exclusiveMinimum":0,"exclusiveMaximum":1.5,"multipleOf":0.5})");
    CHECK(schema(std::type_identity<short_name>{}) == R"({"minLength":1,"maxLength":3})");
    CHECK(schema(std::type_identity<checked<std::vector<int>, min_items<1>, max_items<2>, unique_items>>{}) ==
          R"({"minItems":1,"maxItems":2,"uniqueItems":true})");
    CHECK(schema(std::type_identity<checked<int, strict>>{}) == "{}");
}

namespace {

/// A constraint of a program's own.
struct even {
    static constexpr std::string_view keyword = "";
    static constexpr int turn = 0;
    static json schema() { return {}; }
    template <class T>
    static consteval bool suits() {
        return std::is_integral_v<T>;
    }
    template <class T>
    static constexpr bool holds(const T& value) {
        return value % 2 == 0;
    }
    template <class T>
    static text_problem problem(const T&) {
        return {"even", "Input should be even", {}};
    }
};

}  // namespace

TEST_CASE("a program may add a constraint of its own") {
    CHECK(read<checked<int, even>>("2") == "2");
    CHECK(even::keyword.empty());
    CHECK(read<checked<int, even, minimum<1>>>("3") == "[\"body\"] even: Input should be even 3");
}
