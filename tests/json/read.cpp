#include <doctest/doctest.h>

#include <coracle/json/read.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

enum class model { alexnet, resnet, lenet };
enum class pair_of_two { a, b };
enum class single { only };

struct item {
    std::string name;
    double price = 0;
    std::optional<std::string> note;
};
struct address {
    std::string street = "nowhere";
    int zip = 0;
};
struct person {
    int id;
    item favourite;
    std::vector<address> homes;
    std::optional<address> work;
    std::map<std::string, int> scores;
    address home{"here", 7};
};
struct tree {
    int value = 0;
    std::vector<tree> children;
    std::unique_ptr<tree> next;
};
struct seeded_hash {
    std::size_t operator()(const std::string& text) const noexcept { return text.size() * 31; }
};
class even {
public:
    int value = 0;
    friend bool from_json(const json& in, even& out) {
        if (!in.is_integer() || in.as_int() % 2) return false;
        out.value = static_cast<int>(in.as_int());
        return true;
    }

private:
    [[maybe_unused]] int hidden_ = 0;
};

template <class T>
std::optional<T> read(std::string_view text) {
    T out{};
    std::vector<validation_issue> issues;
    if (!read_json(json::parse(text), out, issues)) return std::nullopt;
    return out;
}
/// All issues, "loc type: msg {ctx}", one a line.
template <class T>
std::string wrong(const json& in, std::string_view root = "body") {
    T out{};
    std::vector<validation_issue> issues;
    bool good = read_json(in, out, issues, root);
    CHECK(good == issues.empty());
    std::string all;
    for (const auto& issue : issues) {
        if (!all.empty()) all += "\n";
        all += issue.loc.dump() + " " + issue.type + ": " + issue.msg;
        if (!issue.ctx.is_null()) all += " " + issue.ctx.dump();
    }
    return all;
}
template <class T>
std::string wrong_text(std::string_view text) {
    return wrong<T>(json::parse(text));
}

}  // namespace

// What pydantic 2.13.4 answers to the same values in its lax mode.

TEST_CASE("integers: numbers without a fraction, texts of them, and bools") {
    CHECK(read<int>("42") == 42);
    CHECK(read<int>("42.0") == 42);
    CHECK(read<int>("\" 42 \"") == 42);
    CHECK(read<int>("\"42.0\"") == 42);
    CHECK(read<int>("true") == 1);
    CHECK(read<int>("-0.0") == 0);
    CHECK(read<std::int64_t>("1e18") == 1'000'000'000'000'000'000);
    CHECK(read<std::uint64_t>("1e19") == 10'000'000'000'000'000'000u);
    constexpr std::string_view parsing =
        R"(["body"] int_parsing: Input should be a valid integer, unable to parse string as an integer)";
    for (std::string_view text :
         {"\"--4\"", "\"42.5\"", "\"\"", "\"0x10\"", "\"4 2\"", "\"1e3\"", "\"42.\"", "\"abc\""})
        CHECK(wrong_text<int>(text) == parsing);
    CHECK(wrong_text<int>("42.5") ==
          R"(["body"] int_from_float: Input should be a valid integer, got a number with a fractional part)");
    for (std::string_view text : {"null", "[]", "{}"})
        CHECK(wrong_text<int>(text) == R"(["body"] int_type: Input should be a valid integer)");
}

TEST_CASE("an integer out of the range of its type is told the bound") {
    constexpr std::string_view most =
        R"(["body"] less_than_equal: Input should be less than or equal to 2147483647 {"le":2147483647})";
    for (std::string_view text :
         {"2147483648", "1e20", "2147483648.0", "\"2147483648\"", "18446744073709551615", "9e300"})
        CHECK(wrong_text<int>(text) == most);
    constexpr std::string_view least =
        R"(["body"] greater_than_equal: Input should be greater than or equal to -2147483648 {"ge":-2147483648})";
    for (std::string_view text : {"-2147483649", "-1e20", "\"-2147483649\"", "-9223372036854775808"})
        CHECK(wrong_text<int>(text) == least);
    CHECK(wrong_text<unsigned>("-1") ==
          R"(["body"] greater_than_equal: Input should be greater than or equal to 0 {"ge":0})");
    CHECK(wrong_text<std::uint8_t>("256") ==
          R"(["body"] less_than_equal: Input should be less than or equal to 255 {"le":255})");
    CHECK(read<std::uint64_t>("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
    CHECK(read<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
    CHECK(read<std::int64_t>("-9223372036854775808.0") == std::numeric_limits<std::int64_t>::min());
    CHECK(!read<std::int64_t>("9223372036854775808.0"));
    CHECK(!read<std::uint64_t>("18446744073709551616.0"));
}

TEST_CASE("numbers: any, texts of them, and bools; finite") {
    CHECK(read<double>("1.5") == 1.5);
    CHECK(read<double>("1") == 1.0);
    CHECK(read<double>("true") == 1.0);
    CHECK(read<double>("\"50.5\"") == 50.5);
    CHECK(read<double>("\" .5\"") == 0.5);
    CHECK(read<double>("\"5.\"") == 5.0);
    CHECK(read<float>("0.1") == 0.1f);
    CHECK(wrong_text<double>("\"abc\"") ==
          R"(["body"] float_parsing: Input should be a valid number, unable to parse string as a number)");
    for (std::string_view text : {"null", "[]", "{}"})
        CHECK(wrong_text<double>(text) == R"(["body"] float_type: Input should be a valid number)");
    CHECK(wrong_text<double>("\"inf\"") == R"(["body"] finite_number: Input should be a finite number)");
    CHECK(wrong_text<float>("1e300") == R"(["body"] finite_number: Input should be a finite number)");
}

TEST_CASE("bools: words, 0 and 1") {
    for (std::string_view text : {"true", "1", "1.0", "\"true\"", "\"TRUE\"", "\"Yes\"", "\"on\"", "\"t\"", "\"1\""})
        CHECK(read<bool>(text) == true);
    for (std::string_view text : {"false", "0", "-0.0", "\"off\"", "\"N\"", "\"0\""}) CHECK(read<bool>(text) == false);
    for (std::string_view text : {"2", "-1", "1e300", "\" true\"", "\"\"", "\"1.0\"", "\"2\""})
        CHECK(wrong_text<bool>(text) ==
              R"(["body"] bool_parsing: Input should be a valid boolean, unable to interpret input)");
    for (std::string_view text : {"null", "[]", "0.5"})
        CHECK(wrong_text<bool>(text) == R"(["body"] bool_type: Input should be a valid boolean)");
}

TEST_CASE("texts: texts only; a char is one of one byte") {
    CHECK(read<std::string>("\"x\"") == "x");
    for (std::string_view text : {"1", "true", "null", "[]"})
        CHECK(wrong_text<std::string>(text) == R"(["body"] string_type: Input should be a valid string)");
    CHECK(read<char>("\"x\"") == 'x');
    CHECK(wrong_text<char>("\"\"") ==
          R"(["body"] string_too_short: String should have at least 1 character {"min_length":1})");
    CHECK(wrong_text<char>("\"xy\"") ==
          R"(["body"] string_too_long: String should have at most 1 character {"max_length":1})");
    CHECK(wrong_text<char>("1") == R"(["body"] string_type: Input should be a valid string)");
}

TEST_CASE("enums: by name, and the names are told") {
    CHECK(read<model>("\"resnet\"") == model::resnet);
    constexpr std::string_view expected =
        R"(["body"] enum: Input should be 'alexnet', 'resnet' or 'lenet' {"expected":"'alexnet', 'resnet' or 'lenet'"})";
    for (std::string_view text : {"\"zzz\"", "null", "1", "[]", "\"\"", "\"ResNet\""})
        CHECK(wrong_text<model>(text) == expected);
    CHECK(wrong_text<pair_of_two>("1") == R"(["body"] enum: Input should be 'a' or 'b' {"expected":"'a' or 'b'"})");
    CHECK(wrong_text<single>("1") == R"(["body"] enum: Input should be 'only' {"expected":"'only'"})");
}

TEST_CASE("time: ISO 8601, and numbers of seconds") {
    CHECK(read<std::chrono::milliseconds>("\"PT1.5S\"") == 1500ms);
    CHECK(read<std::chrono::milliseconds>("1.5") == 1500ms);
    CHECK(read<std::chrono::seconds>("true") == 1s);
    CHECK(wrong_text<std::chrono::seconds>("null") == R"(["body"] time_delta_type: Input should be a valid timedelta)");
    CHECK(
        wrong_text<std::chrono::seconds>("\"abc\"") ==
        R"(["body"] time_delta_parsing: Input should be a valid timedelta, invalid digit in duration {"error":"invalid digit in duration"})");
    CHECK(read<std::chrono::year_month_day>("\"2024-01-31\"") == std::chrono::year(2024) / 1 / 31);
    CHECK(read<std::chrono::year_month_day>("86400") == std::chrono::year(1970) / 1 / 2);
    CHECK(wrong_text<std::chrono::year_month_day>("null") == R"(["body"] date_type: Input should be a valid date)");
    CHECK(wrong_text<std::chrono::year_month_day>("true") == R"(["body"] date_type: Input should be a valid date)");
    CHECK(
        wrong_text<std::chrono::year_month_day>("1.5") ==
        R"(["body"] date_from_datetime_inexact: Datetimes provided to dates should have zero time - e.g. be exact dates)");
    CHECK(read<std::chrono::sys_seconds>("\"2024-01-31T12:34:56Z\"") == std::chrono::sys_seconds(1706704496s));
    CHECK(read<std::chrono::sys_seconds>("1706704496") == std::chrono::sys_seconds(1706704496s));
    CHECK(wrong_text<std::chrono::sys_seconds>("[]") == R"(["body"] datetime_type: Input should be a valid datetime)");
    CHECK(
        wrong_text<std::chrono::sys_seconds>("\"202x-01-31\"") ==
        R"(["body"] datetime_from_date_parsing: Input should be a valid datetime or date, invalid character in year {"error":"invalid character in year"})");
}

TEST_CASE("optionals and pointers: null is nothing") {
    CHECK(read<std::optional<int>>("null") == std::optional<std::optional<int>>(std::optional<int>()));
    CHECK(read<std::optional<int>>("\"5\"") == std::optional<int>(5));
    CHECK(wrong_text<std::optional<int>>("\"x\"") ==
          R"(["body"] int_parsing: Input should be a valid integer, unable to parse string as an integer)");
    CHECK(*read<std::unique_ptr<address>>("null") == nullptr);
    CHECK((*read<std::unique_ptr<address>>(R"({"zip":3})"))->zip == 3);
    CHECK(**read<std::shared_ptr<int>>("3") == 3);
}

TEST_CASE("lists and sets") {
    CHECK(read<std::vector<int>>("[1,\"2\",3.0]") == std::vector<int>{1, 2, 3});
    CHECK(read<std::vector<bool>>("[true,0]") == std::vector<bool>{true, false});
    CHECK(read<std::deque<int>>("[1]") == std::deque<int>{1});
    CHECK(read<std::list<std::string>>("[\"a\"]") == std::list<std::string>{"a"});
    CHECK(read<std::set<int>>("[2,1,1]") == std::set<int>{1, 2});
    CHECK(read<std::vector<std::vector<int>>>("[[1],[]]") == std::vector<std::vector<int>>{{1}, {}});
    for (std::string_view text : {"\"abc\"", "{}", "null", "1"})
        CHECK(wrong_text<std::vector<int>>(text) == R"(["body"] list_type: Input should be a valid list)");
    CHECK(wrong_text<std::set<int>>("\"a\"") == R"(["body"] set_type: Input should be a valid set)");
    CHECK(wrong_text<std::vector<int>>("[1,\"x\",null]") ==
          "[\"body\",1] int_parsing: Input should be a valid integer, unable to parse string as an integer\n"
          "[\"body\",2] int_type: Input should be a valid integer");
    CHECK(read<std::array<int, 2>>("[1,2]") == std::array<int, 2>{1, 2});
    CHECK(
        wrong_text<std::array<int, 2>>("[1]") ==
        R"(["body"] too_short: List should have at least 2 items after validation, not 1 {"field_type":"List","min_length":2,"actual_length":1})");
    CHECK(
        wrong_text<std::array<int, 1>>("[1,2]") ==
        R"(["body"] too_long: List should have at most 1 item after validation, not 2 {"field_type":"List","max_length":1,"actual_length":2})");
}

TEST_CASE("tuples and pairs") {
    CHECK(read<std::tuple<int, std::string>>("[1,\"a\"]") == std::tuple<int, std::string>{1, "a"});
    CHECK(read<std::pair<int, bool>>("[1,\"no\"]") == std::pair<int, bool>{1, false});
    CHECK(wrong_text<std::tuple<int, std::string>>("[1]") == R"(["body",1] missing: Field required)");
    CHECK(
        wrong_text<std::tuple<int, std::string>>("[1,\"a\",2]") ==
        R"(["body"] too_long: Tuple should have at most 2 items after validation, not 3 {"field_type":"Tuple","max_length":2,"actual_length":3})");
    CHECK(wrong_text<std::tuple<int, std::string>>("\"ab\"") ==
          R"(["body"] tuple_type: Input should be a valid tuple)");
}

TEST_CASE("maps") {
    CHECK(read<std::map<std::string, int>>(R"({"b":1,"a":"2"})") == std::map<std::string, int>{{"a", 2}, {"b", 1}});
    for (std::string_view text : {"[]", "\"a\"", "null", "5"})
        CHECK(wrong_text<std::map<std::string, int>>(text) ==
              R"(["body"] dict_type: Input should be a valid dictionary)");
    CHECK(wrong_text<std::map<std::string, int>>(R"({"a":"x"})") ==
          R"(["body","a"] int_parsing: Input should be a valid integer, unable to parse string as an integer)");
}

TEST_CASE("D3: a hash map is read only with a hash of its own") {
    using own = std::unordered_map<std::string, int, seeded_hash>;
    CHECK(read<own>(R"({"a":1})") == own{{"a", 1}});
    static_assert(detail::weakly_hashed<std::unordered_map<std::string, int>>);
    static_assert(!detail::weakly_hashed<own>);
    static_assert(!detail::weakly_hashed<std::map<std::string, int>>);
}

TEST_CASE("variants: the alternative that fits as it is, else the first that takes it") {
    using either = std::variant<int, std::string>;
    CHECK(read<either>("1") == either(1));
    CHECK(read<either>("\"1\"") == either("1"));
    CHECK(read<either>("true") == either(1));
    CHECK(read<std::variant<bool, double>>("\"2.5\"") == std::variant<bool, double>(2.5));
    CHECK(read<std::variant<std::monostate, int>>("null") == std::variant<std::monostate, int>());
    // Each says for itself what is wrong, in the order that they are written in.
    CHECK(wrong_text<either>("[]") ==
          "[\"body\",\"int\"] int_type: Input should be a valid integer\n"
          "[\"body\",\"str\"] string_type: Input should be a valid string");
    CHECK(wrong_text<std::variant<std::monostate, int>>("[]") ==
          "[\"body\"] int_type: Input should be a valid integer");
    CHECK(wrong_text<std::variant<int, std::vector<int>>>("[\"x\"]") ==
          "[\"body\",\"int\"] int_type: Input should be a valid integer\n"
          "[\"body\",\"list[int]\",0] int_parsing: Input should be a valid integer, unable to parse string as an "
          "integer");
    CHECK(std::get<1>(*read<std::variant<std::vector<int>, address>>(R"({"zip":1})")).zip == 1);
}

namespace {
struct right;
struct left {
    std::variant<std::unique_ptr<left>, std::unique_ptr<right>, int> next;
};
struct right {
    std::variant<std::unique_ptr<right>, std::unique_ptr<left>, int> next;
};
}  // namespace

TEST_CASE("D12: alternatives inside of alternatives do not multiply") {
    std::string text;
    for (int i = 0; i < 60; ++i) text += "{\"next\":";
    text += "\"x\"" + std::string(60, '}');
    CHECK(!read<left>(text).has_value());
}

TEST_CASE("structs: unknown members are passed over, missing ones told with their parent") {
    auto full = read<item>(R"({"name":"x","price":"1.5","note":"n","unknown":[1]})");
    REQUIRE(full);
    CHECK(full->name == "x");
    CHECK(full->price == 1.5);
    CHECK(full->note == "n");
    auto least = read<item>(R"({"name":""})");
    REQUIRE(least);
    CHECK(least->price == 0);
    CHECK(!least->note);
    CHECK(wrong_text<item>("{}") == R"(["body","name"] missing: Field required)");
    CHECK(wrong_text<item>(R"({"name":null,"price":null,"note":null})") ==
          "[\"body\",\"name\"] string_type: Input should be a valid string\n"
          "[\"body\",\"price\"] float_type: Input should be a valid number");
    for (std::string_view text : {"[]", "null", "\"x\"", "5"})
        CHECK(wrong_text<item>(text) ==
              R"(["body"] model_attributes_type: Input should be a valid dictionary or object to extract fields from)");
    item out;
    std::vector<validation_issue> issues;
    json parent{{"price", 2}};
    CHECK(!read_json(parent, out, issues));
    CHECK(issues[0].input == parent);
    CHECK(issues[0].loc.dump() == "[\"name\"]");
}

TEST_CASE("all that is wrong is found in one pass, with its place") {
    CHECK(
        wrong_text<person>(R"({"id":"x","favourite":{"price":"y"},"homes":[{"zip":1},{"zip":null},5],
                               "work":{"street":1},"scores":{"a":"b"}})") ==
        "[\"body\",\"id\"] int_parsing: Input should be a valid integer, unable to parse string as an integer\n"
        "[\"body\",\"favourite\",\"name\"] missing: Field required\n"
        "[\"body\",\"favourite\",\"price\"] float_parsing: Input should be a valid number, unable to parse string as a "
        "number\n"
        "[\"body\",\"homes\",1,\"zip\"] int_type: Input should be a valid integer\n"
        "[\"body\",\"homes\",2] model_attributes_type: Input should be a valid dictionary or object to extract fields "
        "from\n"
        "[\"body\",\"work\",\"street\"] string_type: Input should be a valid string\n"
        "[\"body\",\"scores\",\"a\"] int_parsing: Input should be a valid integer, unable to parse string as an "
        "integer");
    CHECK(wrong_text<person>("{}") ==
          "[\"body\",\"id\"] missing: Field required\n[\"body\",\"favourite\"] missing: Field required\n"
          "[\"body\",\"homes\"] missing: Field required\n[\"body\",\"scores\"] missing: Field required");
}

TEST_CASE("a nested struct that comes replaces the default as a whole") {
    auto someone = read<person>(R"({"id":1,"favourite":{"name":"n"},"homes":[],"scores":{},"home":{"zip":9}})");
    REQUIRE(someone);
    CHECK(someone->home.street == "nowhere");
    CHECK(someone->home.zip == 9);
    auto other = read<person>(R"({"id":1,"favourite":{"name":"n"},"homes":[{}],"scores":{}})");
    REQUIRE(other);
    CHECK(other->home.street == "here");
    CHECK(other->homes[0].street == "nowhere");
}

TEST_CASE("structs that hold themselves") {
    auto root = read<tree>(
        R"({"value":1,"children":[{"value":2,"children":[]}],"next":{"value":3,"children":[{"value":4,"children":[]}]}})");
    REQUIRE(root);
    CHECK(root->children[0].value == 2);
    CHECK(root->next->children[0].value == 4);
}

TEST_CASE("a type says itself what it is read from") {
    CHECK(read<even>("4")->value == 4);
    CHECK(wrong_text<std::vector<even>>("[2,3]") ==
          R"(["body",1] value_error: Value error, this is not what was expected)");
}

TEST_CASE("json is read as it is, anywhere") {
    struct loose {
        json data;
        std::map<std::string, json> more;
    };
    auto value = read<loose>(R"({"data":[1,{"a":null}],"more":{"k":1.5}})");
    REQUIRE(value);
    CHECK(value->data.dump() == R"([1,{"a":null}])");
    CHECK(value->more["k"].as_double() == 1.5);
    CHECK(wrong_text<loose>(R"({"more":{}})") == R"(["body","data"] missing: Field required)");
}

TEST_CASE("D18: no value of any kind makes reading throw") {
    const std::string_view values[] = {"null",
                                       "true",
                                       "-1",
                                       "18446744073709551615",
                                       "1e308",
                                       "-0.0",
                                       "\"\"",
                                       "\"\\u0000\"",
                                       "\"1e999\"",
                                       "\"-\"",
                                       "\"+\"",
                                       "\".\"",
                                       "\"e\"",
                                       "\"99999999999999999999e9999999999\"",
                                       "\"P\"",
                                       "\"T\"",
                                       "[]",
                                       "[[]]",
                                       "{}",
                                       "{\"\":0}",
                                       "\"0000-00-00\"",
                                       "\"9999-99-99T99:99\""};
    for (auto text : values) {
        CHECK_NOTHROW((void)read<int>(text));
        CHECK_NOTHROW((void)read<std::uint64_t>(text));
        CHECK_NOTHROW((void)read<std::int8_t>(text));
        CHECK_NOTHROW((void)read<float>(text));
        CHECK_NOTHROW((void)read<double>(text));
        CHECK_NOTHROW((void)read<bool>(text));
        CHECK_NOTHROW((void)read<std::string>(text));
        CHECK_NOTHROW((void)read<model>(text));
        CHECK_NOTHROW((void)read<char>(text));
        CHECK_NOTHROW((void)read<std::chrono::nanoseconds>(text));
        CHECK_NOTHROW((void)read<std::chrono::duration<double>>(text));
        CHECK_NOTHROW((void)read<std::chrono::year_month_day>(text));
        CHECK_NOTHROW((void)read<std::chrono::sys_time<std::chrono::nanoseconds>>(text));
        CHECK_NOTHROW((void)read<std::tuple<int, bool>>(text));
        CHECK_NOTHROW((void)read<std::map<std::string, std::vector<int>>>(text));
        CHECK_NOTHROW((void)read<person>(text));
        CHECK_NOTHROW((void)read<tree>(text));
    }
}
