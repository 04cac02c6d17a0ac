// Scenarios: every row of the table of messages, as pydantic 2.14.4 and FastAPI 0.165 say it: type, place, message,
// input and context, from JSON and from the words of a query.
//
// Where coracle differs from them, on purpose:
// - an integer that its C++ type cannot hold is told the bound (less_than_equal); Python's integers have no bounds.
// - inf and nan are refused (finite_number): JSON cannot give them back.
// - unique_items has the type unique_list, from pydantic's documentation: pydantic dropped the constraint.
// - strict in a query means spelled as in JSON, and int_parsing if not; FastAPI refuses every word there (int_type).
// - a set or map that is too long is told once all its elements are good; pydantic stops at the first one too many.
// - \d, \w and \b of a pattern know ASCII only, as ECMA-262 and so JSON Schema have it; Rust's regex knows Unicode.
// - a decimal has 36 digits, and an exponent up to 400 (decimal_max_digits, decimal_parsing); Python's have no bounds.
// - domains of URLs and addresses beyond ASCII are refused, and xn-- is not looked into: no tables of Unicode are here.
// - an address has no name in front and no <>: pydantic takes `Ada <ada@example.com>` and drops the name.
// - a URL or an address as an alternative is called `url` or `email`; pydantic's names are those of its functions.
// - null as an alternative is never one that is told of.
// - issues stop at 100, and inputs are repeated up to 64 KB: an answer is not much larger than its question.
#include <doctest/doctest.h>

#include <coracle/json/checked.hpp>
#include <coracle/json/decimal.hpp>
#include <coracle/json/decimal_limits.hpp>
#include <coracle/json/decode.hpp>
#include <coracle/json/email.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/literal.hpp>
#include <coracle/json/pattern.hpp>
#include <coracle/json/url.hpp>
#include <coracle/json/uuid.hpp>
#include <coracle/json/write.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace message_table {

using namespace coracle;

template <class Constraint>
using text_of = checked<std::string, Constraint>;
template <class T, class Constraint>
using number_of = checked<T, Constraint>;
template <class Constraint>
using list_of = checked<std::vector<int>, Constraint>;
template <class Constraint>
using set_of = checked<std::set<int>, Constraint>;

enum class model_name { alexnet, resnet, lenet };
struct item {
    std::string name;
    double price = 0;
};
struct nested {
    item inner;
};
struct closed {
    int a;
    int b = 2;
    using extra = forbidden;
};
struct span_of_time {
    int begin;
    int end;
    void validate() const {
        if (end < begin) throw validation_failed("ends before it begins");
    }
};
struct first {
    literal<"a", "aa"> kind;
    int x;
};
struct second {
    literal<"b"> kind;
    std::string y;
};
using pet = std::variant<first, second>;
using either = std::variant<int, std::string>;
using item_or_list = std::variant<item, std::vector<int>>;
using perhaps_either = std::optional<std::variant<int, bool>>;
using odd_ones = std::variant<checked<int, minimum<1>>, std::map<std::string, int>, std::tuple<int, bool>,
                              std::chrono::year_month_day>;

std::string shown(const validation_issue& issue) {
    json one{{"type", issue.type}, {"loc", issue.loc}, {"msg", issue.msg}, {"input", issue.input}};
    if (!issue.ctx.is_null()) one["ctx"] = issue.ctx;
    return one.dump();
}
template <class T>
std::string json_body(std::string_view text) {
    std::vector<validation_issue> issues;
    auto value = read_json_text<T>(text, issues, "body");
    CHECK(value.has_value() == issues.empty());
    std::string all;
    for (const validation_issue& issue : issues) all += (all.empty() ? "" : ",") + shown(issue);
    return all;
}
template <class T>
std::string word(std::string_view text) {
    text_problem why;
    if (from_text<T>(text, why)) return "";
    return shown({std::string(why.type), json::array({"query", "q"}), why.msg, json(text), why.ctx});
}

struct row {
    std::string (*ask)(std::string_view);
    std::string_view in;
    std::string_view answer;
};

// clang-format off
const row rows[] = {
    {&json_body<int>, R"("x")",
     R"({"type":"int_parsing","loc":["body"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"})"},
    {&json_body<int>, R"("42.5")",
     R"({"type":"int_parsing","loc":["body"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"42.5"})"},
    {&json_body<int>, R"("True")",
     R"({"type":"int_parsing","loc":["body"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"True"})"},
    {&json_body<int>, R"(null)",
     R"({"type":"int_type","loc":["body"],"msg":"Input should be a valid integer","input":null})"},
    {&json_body<int>, R"([])",
     R"({"type":"int_type","loc":["body"],"msg":"Input should be a valid integer","input":[]})"},
    {&json_body<int>, R"(42.5)",
     R"({"type":"int_from_float","loc":["body"],"msg":"Input should be a valid integer, got a number with a fractional part","input":42.5})"},
    {&json_body<int>, R"({})",
     R"({"type":"int_type","loc":["body"],"msg":"Input should be a valid integer","input":{}})"},
    {&json_body<double>, R"("x")",
     R"({"type":"float_parsing","loc":["body"],"msg":"Input should be a valid number, unable to parse string as a number","input":"x"})"},
    {&json_body<double>, R"(null)",
     R"({"type":"float_type","loc":["body"],"msg":"Input should be a valid number","input":null})"},
    {&json_body<double>, R"([])",
     R"({"type":"float_type","loc":["body"],"msg":"Input should be a valid number","input":[]})"},
    {&json_body<double>, R"({})",
     R"({"type":"float_type","loc":["body"],"msg":"Input should be a valid number","input":{}})"},
    {&json_body<bool>, R"("x")",
     R"({"type":"bool_parsing","loc":["body"],"msg":"Input should be a valid boolean, unable to interpret input","input":"x"})"},
    {&json_body<bool>, R"(2)",
     R"({"type":"bool_parsing","loc":["body"],"msg":"Input should be a valid boolean, unable to interpret input","input":2})"},
    {&json_body<bool>, R"(null)",
     R"({"type":"bool_type","loc":["body"],"msg":"Input should be a valid boolean","input":null})"},
    {&json_body<bool>, R"(0.5)",
     R"({"type":"bool_type","loc":["body"],"msg":"Input should be a valid boolean","input":0.5})"},
    {&json_body<bool>, R"([])",
     R"({"type":"bool_type","loc":["body"],"msg":"Input should be a valid boolean","input":[]})"},
    {&json_body<std::string>, R"(1)",
     R"({"type":"string_type","loc":["body"],"msg":"Input should be a valid string","input":1})"},
    {&json_body<std::string>, R"(null)",
     R"({"type":"string_type","loc":["body"],"msg":"Input should be a valid string","input":null})"},
    {&json_body<std::string>, R"(true)",
     R"({"type":"string_type","loc":["body"],"msg":"Input should be a valid string","input":true})"},
    {&json_body<std::string>, R"([])",
     R"({"type":"string_type","loc":["body"],"msg":"Input should be a valid string","input":[]})"},
    {&json_body<text_of<min_length<3>>>, R"("ab")",
     R"({"type":"string_too_short","loc":["body"],"msg":"String should have at least 3 characters","input":"ab","ctx":{"min_length":3}})"},
    {&json_body<text_of<min_length<3>>>, R"("")",
     R"({"type":"string_too_short","loc":["body"],"msg":"String should have at least 3 characters","input":"","ctx":{"min_length":3}})"},
    {&json_body<text_of<min_length<1>>>, R"("")",
     R"({"type":"string_too_short","loc":["body"],"msg":"String should have at least 1 character","input":"","ctx":{"min_length":1}})"},
    {&json_body<text_of<max_length<3>>>, R"("abcd")",
     R"({"type":"string_too_long","loc":["body"],"msg":"String should have at most 3 characters","input":"abcd","ctx":{"max_length":3}})"},
    {&json_body<text_of<max_length<1>>>, R"("ab")",
     R"({"type":"string_too_long","loc":["body"],"msg":"String should have at most 1 character","input":"ab","ctx":{"max_length":1}})"},
    {&json_body<text_of<pattern<"^fixedquery$">>>, R"("x")",
     R"({"type":"string_pattern_mismatch","loc":["body"],"msg":"String should match pattern '^fixedquery$'","input":"x","ctx":{"pattern":"^fixedquery$"}})"},
    {&json_body<number_of<int, exclusive_minimum<3>>>, R"(3)",
     R"({"type":"greater_than","loc":["body"],"msg":"Input should be greater than 3","input":3,"ctx":{"gt":3}})"},
    {&json_body<number_of<int, minimum<3>>>, R"(2)",
     R"({"type":"greater_than_equal","loc":["body"],"msg":"Input should be greater than or equal to 3","input":2,"ctx":{"ge":3}})"},
    {&json_body<number_of<int, minimum<3>>>, R"("2")",
     R"({"type":"greater_than_equal","loc":["body"],"msg":"Input should be greater than or equal to 3","input":"2","ctx":{"ge":3}})"},
    {&json_body<number_of<int, exclusive_maximum<3>>>, R"(3)",
     R"({"type":"less_than","loc":["body"],"msg":"Input should be less than 3","input":3,"ctx":{"lt":3}})"},
    {&json_body<number_of<int, maximum<3>>>, R"(4)",
     R"({"type":"less_than_equal","loc":["body"],"msg":"Input should be less than or equal to 3","input":4,"ctx":{"le":3}})"},
    {&json_body<number_of<double, exclusive_minimum<3>>>, R"(3)",
     R"({"type":"greater_than","loc":["body"],"msg":"Input should be greater than 3","input":3,"ctx":{"gt":3.0}})"},
    {&json_body<number_of<double, exclusive_minimum<3>>>, R"(2.5)",
     R"({"type":"greater_than","loc":["body"],"msg":"Input should be greater than 3","input":2.5,"ctx":{"gt":3.0}})"},
    {&json_body<number_of<double, minimum<3>>>, R"(2)",
     R"({"type":"greater_than_equal","loc":["body"],"msg":"Input should be greater than or equal to 3","input":2,"ctx":{"ge":3.0}})"},
    {&json_body<number_of<double, exclusive_maximum<3>>>, R"(3.0)",
     R"({"type":"less_than","loc":["body"],"msg":"Input should be less than 3","input":3.0,"ctx":{"lt":3.0}})"},
    {&json_body<number_of<double, maximum<2.5>>>, R"(4)",
     R"({"type":"less_than_equal","loc":["body"],"msg":"Input should be less than or equal to 2.5","input":4,"ctx":{"le":2.5}})"},
    {&json_body<number_of<int, multiple_of<5>>>, R"(3)",
     R"({"type":"multiple_of","loc":["body"],"msg":"Input should be a multiple of 5","input":3,"ctx":{"multiple_of":5}})"},
    {&json_body<number_of<double, multiple_of<0.5>>>, R"(0.3)",
     R"({"type":"multiple_of","loc":["body"],"msg":"Input should be a multiple of 0.5","input":0.3,"ctx":{"multiple_of":0.5}})"},
    {&json_body<number_of<int, strict>>, R"("1")",
     R"({"type":"int_type","loc":["body"],"msg":"Input should be a valid integer","input":"1"})"},
    {&json_body<number_of<int, strict>>, R"(1.0)",
     R"({"type":"int_type","loc":["body"],"msg":"Input should be a valid integer","input":1.0})"},
    {&json_body<number_of<int, strict>>, R"(true)",
     R"({"type":"int_type","loc":["body"],"msg":"Input should be a valid integer","input":true})"},
    {&json_body<model_name>, R"("zzz")",
     R"({"type":"enum","loc":["body"],"msg":"Input should be 'alexnet', 'resnet' or 'lenet'","input":"zzz","ctx":{"expected":"'alexnet', 'resnet' or 'lenet'"}})"},
    {&json_body<model_name>, R"(1)",
     R"({"type":"enum","loc":["body"],"msg":"Input should be 'alexnet', 'resnet' or 'lenet'","input":1,"ctx":{"expected":"'alexnet', 'resnet' or 'lenet'"}})"},
    {&json_body<model_name>, R"(null)",
     R"({"type":"enum","loc":["body"],"msg":"Input should be 'alexnet', 'resnet' or 'lenet'","input":null,"ctx":{"expected":"'alexnet', 'resnet' or 'lenet'"}})"},
    {&json_body<literal<"a", "b", "c">>, R"("x")",
     R"({"type":"literal_error","loc":["body"],"msg":"Input should be 'a', 'b' or 'c'","input":"x","ctx":{"expected":"'a', 'b' or 'c'"}})"},
    {&json_body<literal<"a", "b", "c">>, R"(1)",
     R"({"type":"literal_error","loc":["body"],"msg":"Input should be 'a', 'b' or 'c'","input":1,"ctx":{"expected":"'a', 'b' or 'c'"}})"},
    {&json_body<literal<"a">>, R"("x")",
     R"({"type":"literal_error","loc":["body"],"msg":"Input should be 'a'","input":"x","ctx":{"expected":"'a'"}})"},
    {&json_body<std::vector<int>>, R"(5)",
     R"({"type":"list_type","loc":["body"],"msg":"Input should be a valid list","input":5})"},
    {&json_body<std::vector<int>>, R"("a")",
     R"({"type":"list_type","loc":["body"],"msg":"Input should be a valid list","input":"a"})"},
    {&json_body<std::vector<int>>, R"({})",
     R"({"type":"list_type","loc":["body"],"msg":"Input should be a valid list","input":{}})"},
    {&json_body<std::vector<int>>, R"(null)",
     R"({"type":"list_type","loc":["body"],"msg":"Input should be a valid list","input":null})"},
    {&json_body<std::vector<int>>, R"([1,"x"])",
     R"({"type":"int_parsing","loc":["body",1],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"})"},
    {&json_body<std::set<int>>, R"(5)",
     R"({"type":"set_type","loc":["body"],"msg":"Input should be a valid set","input":5})"},
    {&json_body<std::map<std::string, int>>, R"(5)",
     R"({"type":"dict_type","loc":["body"],"msg":"Input should be a valid dictionary","input":5})"},
    {&json_body<std::map<std::string, int>>, R"([])",
     R"({"type":"dict_type","loc":["body"],"msg":"Input should be a valid dictionary","input":[]})"},
    {&json_body<std::map<std::string, int>>, R"({"a":"x"})",
     R"({"type":"int_parsing","loc":["body","a"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"})"},
    {&json_body<std::tuple<int, int>>, R"(5)",
     R"({"type":"tuple_type","loc":["body"],"msg":"Input should be a valid tuple","input":5})"},
    {&json_body<std::tuple<int, int>>, R"([1])",
     R"({"type":"missing","loc":["body",1],"msg":"Field required","input":[1]})"},
    {&json_body<std::tuple<int, int>>, R"([1,2,3])",
     R"({"type":"too_long","loc":["body"],"msg":"Tuple should have at most 2 items after validation, not 3","input":[1,2,3],"ctx":{"field_type":"Tuple","max_length":2,"actual_length":3}})"},
    {&json_body<list_of<min_items<1>>>, R"([])",
     R"({"type":"too_short","loc":["body"],"msg":"List should have at least 1 item after validation, not 0","input":[],"ctx":{"field_type":"List","min_length":1,"actual_length":0}})"},
    {&json_body<list_of<max_items<3>>>, R"([1,2,3,4,5])",
     R"({"type":"too_long","loc":["body"],"msg":"List should have at most 3 items after validation, not 5","input":[1,2,3,4,5],"ctx":{"field_type":"List","max_length":3,"actual_length":5}})"},
    {&json_body<set_of<max_items<3>>>, R"([1,2,3,4,5])",
     R"({"type":"too_long","loc":["body"],"msg":"Set should have at most 3 items after validation, not more","input":[1,2,3,4,5],"ctx":{"field_type":"Set","max_length":3,"actual_length":null}})"},
    {&json_body<set_of<min_items<2>>>, R"([1,1])",
     R"({"type":"too_short","loc":["body"],"msg":"Set should have at least 2 items after validation, not 1","input":[1,1],"ctx":{"field_type":"Set","min_length":2,"actual_length":1}})"},
    {&json_body<item>, R"({})",
     R"({"type":"missing","loc":["body","name"],"msg":"Field required","input":{}})"},
    {&json_body<item>, R"({"price":"x"})",
     R"({"type":"missing","loc":["body","name"],"msg":"Field required","input":{"price":"x"}},{"type":"float_parsing","loc":["body","price"],"msg":"Input should be a valid number, unable to parse string as a number","input":"x"})"},
    {&json_body<item>, R"({"name":1})",
     R"({"type":"string_type","loc":["body","name"],"msg":"Input should be a valid string","input":1})"},
    {&json_body<nested>, R"({})",
     R"({"type":"missing","loc":["body","inner"],"msg":"Field required","input":{}})"},
    {&json_body<nested>, R"({"inner":{}})",
     R"({"type":"missing","loc":["body","inner","name"],"msg":"Field required","input":{}})"},
    {&json_body<nested>, R"({"inner":{"name":"x","price":[]}})",
     R"({"type":"float_type","loc":["body","inner","price"],"msg":"Input should be a valid number","input":[]})"},
    {&json_body<closed>, R"({"a":1,"z":2})",
     R"({"type":"extra_forbidden","loc":["body","z"],"msg":"Extra inputs are not permitted","input":2})"},
    {&json_body<span_of_time>, R"({"begin":3,"end":2})",
     R"({"type":"value_error","loc":["body"],"msg":"Value error, ends before it begins","input":{"begin":3,"end":2},"ctx":{"error":{}}})"},
    {&json_body<std::chrono::sys_seconds>, R"("202x-01-01")",
     R"({"type":"datetime_from_date_parsing","loc":["body"],"msg":"Input should be a valid datetime or date, invalid character in year","input":"202x-01-01","ctx":{"error":"invalid character in year"}})"},
    {&json_body<std::chrono::sys_seconds>, R"("x")",
     R"({"type":"datetime_from_date_parsing","loc":["body"],"msg":"Input should be a valid datetime or date, input is too short","input":"x","ctx":{"error":"input is too short"}})"},
    {&json_body<std::chrono::sys_seconds>, R"(null)",
     R"({"type":"datetime_type","loc":["body"],"msg":"Input should be a valid datetime","input":null})"},
    {&json_body<std::chrono::sys_seconds>, R"("2024-02-30T00:00:00")",
     R"({"type":"datetime_from_date_parsing","loc":["body"],"msg":"Input should be a valid datetime or date, day value is outside expected range","input":"2024-02-30T00:00:00","ctx":{"error":"day value is outside expected range"}})"},
    {&json_body<std::chrono::year_month_day>, R"("x")",
     R"({"type":"date_from_datetime_parsing","loc":["body"],"msg":"Input should be a valid date or datetime, input is too short","input":"x","ctx":{"error":"input is too short"}})"},
    {&json_body<std::chrono::year_month_day>, R"("2024-13-01")",
     R"({"type":"date_from_datetime_parsing","loc":["body"],"msg":"Input should be a valid date or datetime, month value is outside expected range of 1-12","input":"2024-13-01","ctx":{"error":"month value is outside expected range of 1-12"}})"},
    {&json_body<std::chrono::year_month_day>, R"(null)",
     R"({"type":"date_type","loc":["body"],"msg":"Input should be a valid date","input":null})"},
    {&json_body<std::chrono::year_month_day>, R"("2024-01-01T01:00:00")",
     R"({"type":"date_from_datetime_inexact","loc":["body"],"msg":"Datetimes provided to dates should have zero time - e.g. be exact dates","input":"2024-01-01T01:00:00"})"},
    {&json_body<std::chrono::seconds>, R"("x")",
     R"({"type":"time_delta_parsing","loc":["body"],"msg":"Input should be a valid timedelta, invalid digit in duration","input":"x","ctx":{"error":"invalid digit in duration"}})"},
    {&json_body<std::chrono::seconds>, R"(null)",
     R"({"type":"time_delta_type","loc":["body"],"msg":"Input should be a valid timedelta","input":null})"},
    {&json_body<uuid>, R"("x")",
     R"({"type":"uuid_parsing","loc":["body"],"msg":"Input should be a valid UUID, invalid character: found `x` at 0","input":"x","ctx":{"error":"invalid character: found `x` at 0"}})"},
    {&json_body<uuid>, R"(5)",
     R"({"type":"uuid_type","loc":["body"],"msg":"UUID input should be a string, bytes or UUID object","input":5})"},
    {&json_body<uuid>, R"("12345678-1234-5678-1234")",
     R"({"type":"uuid_parsing","loc":["body"],"msg":"Input should be a valid UUID, invalid group count: expected 5, found 4","input":"12345678-1234-5678-1234","ctx":{"error":"invalid group count: expected 5, found 4"}})"},
    {&json_body<pet>, R"({"kind":"z"})",
     R"({"type":"union_tag_invalid","loc":["body"],"msg":"Input tag 'z' found using 'kind' does not match any of the expected tags: 'a', 'aa', 'b'","input":{"kind":"z"},"ctx":{"discriminator":"'kind'","tag":"z","expected_tags":"'a', 'aa', 'b'"}})"},
    {&json_body<pet>, R"({})",
     R"({"type":"union_tag_not_found","loc":["body"],"msg":"Unable to extract tag using discriminator 'kind'","input":{},"ctx":{"discriminator":"'kind'"}})"},
    {&json_body<pet>, R"({"kind":"b"})",
     R"({"type":"missing","loc":["body","b","y"],"msg":"Field required","input":{"kind":"b"}})"},
    {&json_body<pet>, R"(5)",
     R"({"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":5})"},
    {&json_body<std::optional<int>>, R"("x")",
     R"({"type":"int_parsing","loc":["body"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"})"},

    {&word<int>, R"(x)",
     R"({"type":"int_parsing","loc":["query","q"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"})"},
    {&word<int>, R"(42.5)",
     R"({"type":"int_parsing","loc":["query","q"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"42.5"})"},
    {&word<int>, R"(True)",
     R"({"type":"int_parsing","loc":["query","q"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"True"})"},
    {&word<int>, R"()",
     R"({"type":"int_parsing","loc":["query","q"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":""})"},
    {&word<int>, R"(4 2)",
     R"({"type":"int_parsing","loc":["query","q"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"4 2"})"},
    {&word<double>, R"(x)",
     R"({"type":"float_parsing","loc":["query","q"],"msg":"Input should be a valid number, unable to parse string as a number","input":"x"})"},
    {&word<double>, R"()",
     R"({"type":"float_parsing","loc":["query","q"],"msg":"Input should be a valid number, unable to parse string as a number","input":""})"},
    {&word<bool>, R"(x)",
     R"({"type":"bool_parsing","loc":["query","q"],"msg":"Input should be a valid boolean, unable to interpret input","input":"x"})"},
    {&word<bool>, R"()",
     R"({"type":"bool_parsing","loc":["query","q"],"msg":"Input should be a valid boolean, unable to interpret input","input":""})"},
    {&word<bool>, R"(2)",
     R"({"type":"bool_parsing","loc":["query","q"],"msg":"Input should be a valid boolean, unable to interpret input","input":"2"})"},
    {&word<text_of<min_length<3>>>, R"(ab)",
     R"({"type":"string_too_short","loc":["query","q"],"msg":"String should have at least 3 characters","input":"ab","ctx":{"min_length":3}})"},
    {&word<text_of<pattern<"^fixedquery$">>>, R"(x)",
     R"({"type":"string_pattern_mismatch","loc":["query","q"],"msg":"String should match pattern '^fixedquery$'","input":"x","ctx":{"pattern":"^fixedquery$"}})"},
    {&word<number_of<int, exclusive_minimum<3>>>, R"(3)",
     R"({"type":"greater_than","loc":["query","q"],"msg":"Input should be greater than 3","input":"3","ctx":{"gt":3}})"},
    {&word<number_of<int, minimum<3>>>, R"(2)",
     R"({"type":"greater_than_equal","loc":["query","q"],"msg":"Input should be greater than or equal to 3","input":"2","ctx":{"ge":3}})"},
    {&word<number_of<int, exclusive_maximum<3>>>, R"(3)",
     R"({"type":"less_than","loc":["query","q"],"msg":"Input should be less than 3","input":"3","ctx":{"lt":3}})"},
    {&word<number_of<int, maximum<3>>>, R"(4)",
     R"({"type":"less_than_equal","loc":["query","q"],"msg":"Input should be less than or equal to 3","input":"4","ctx":{"le":3}})"},
    {&word<number_of<double, exclusive_minimum<3>>>, R"(3)",
     R"({"type":"greater_than","loc":["query","q"],"msg":"Input should be greater than 3","input":"3","ctx":{"gt":3.0}})"},
    {&word<number_of<int, multiple_of<5>>>, R"(3)",
     R"({"type":"multiple_of","loc":["query","q"],"msg":"Input should be a multiple of 5","input":"3","ctx":{"multiple_of":5}})"},
    {&word<model_name>, R"(zzz)",
     R"({"type":"enum","loc":["query","q"],"msg":"Input should be 'alexnet', 'resnet' or 'lenet'","input":"zzz","ctx":{"expected":"'alexnet', 'resnet' or 'lenet'"}})"},
    {&word<model_name>, R"()",
     R"({"type":"enum","loc":["query","q"],"msg":"Input should be 'alexnet', 'resnet' or 'lenet'","input":"","ctx":{"expected":"'alexnet', 'resnet' or 'lenet'"}})"},
    {&word<literal<"a", "b", "c">>, R"(x)",
     R"({"type":"literal_error","loc":["query","q"],"msg":"Input should be 'a', 'b' or 'c'","input":"x","ctx":{"expected":"'a', 'b' or 'c'"}})"},
    {&word<std::chrono::sys_seconds>, R"(202x-01-01)",
     R"({"type":"datetime_from_date_parsing","loc":["query","q"],"msg":"Input should be a valid datetime or date, invalid character in year","input":"202x-01-01","ctx":{"error":"invalid character in year"}})"},
    {&word<std::chrono::sys_seconds>, R"(x)",
     R"({"type":"datetime_from_date_parsing","loc":["query","q"],"msg":"Input should be a valid datetime or date, input is too short","input":"x","ctx":{"error":"input is too short"}})"},
    {&word<std::chrono::sys_seconds>, R"()",
     R"({"type":"datetime_from_date_parsing","loc":["query","q"],"msg":"Input should be a valid datetime or date, input is too short","input":"","ctx":{"error":"input is too short"}})"},
    {&word<std::chrono::year_month_day>, R"(x)",
     R"({"type":"date_from_datetime_parsing","loc":["query","q"],"msg":"Input should be a valid date or datetime, input is too short","input":"x","ctx":{"error":"input is too short"}})"},
    {&word<std::chrono::year_month_day>, R"(2024-13-01)",
     R"({"type":"date_from_datetime_parsing","loc":["query","q"],"msg":"Input should be a valid date or datetime, month value is outside expected range of 1-12","input":"2024-13-01","ctx":{"error":"month value is outside expected range of 1-12"}})"},
    {&word<std::chrono::year_month_day>, R"(2024-01-01T01:00:00)",
     R"({"type":"date_from_datetime_inexact","loc":["query","q"],"msg":"Datetimes provided to dates should have zero time - e.g. be exact dates","input":"2024-01-01T01:00:00"})"},
    {&word<std::chrono::seconds>, R"(x)",
     R"({"type":"time_delta_parsing","loc":["query","q"],"msg":"Input should be a valid timedelta, invalid digit in duration","input":"x","ctx":{"error":"invalid digit in duration"}})"},
    {&word<uuid>, R"(x)",
     R"({"type":"uuid_parsing","loc":["query","q"],"msg":"Input should be a valid UUID, invalid character: found `x` at 0","input":"x","ctx":{"error":"invalid character: found `x` at 0"}})"},
    {&word<uuid>, R"()",
     R"({"type":"uuid_parsing","loc":["query","q"],"msg":"Input should be a valid UUID, invalid length: found 0","input":"","ctx":{"error":"invalid length: found 0"}})"},
    {&word<uuid>, R"(1234)",
     R"({"type":"uuid_parsing","loc":["query","q"],"msg":"Input should be a valid UUID, invalid length: found 4","input":"1234","ctx":{"error":"invalid length: found 4"}})"},
    // decimal, url, email, and which alternative of a variant is meant
    {&json_body<decimal>, R"("x")",
     R"({"type":"decimal_parsing","loc":["body"],"msg":"Input should be a valid decimal","input":"x"})"},
    {&json_body<decimal>, R"("")",
     R"({"type":"decimal_parsing","loc":["body"],"msg":"Input should be a valid decimal","input":""})"},
    {&json_body<decimal>, R"("1,5")",
     R"({"type":"decimal_parsing","loc":["body"],"msg":"Input should be a valid decimal","input":"1,5"})"},
    {&json_body<decimal>, R"(".")",
     R"({"type":"decimal_parsing","loc":["body"],"msg":"Input should be a valid decimal","input":"."})"},
    {&json_body<decimal>, R"("1e")",
     R"({"type":"decimal_parsing","loc":["body"],"msg":"Input should be a valid decimal","input":"1e"})"},
    {&json_body<decimal>, R"("0x1")",
     R"({"type":"decimal_parsing","loc":["body"],"msg":"Input should be a valid decimal","input":"0x1"})"},
    {&json_body<decimal>, R"("NaN")",
     R"({"type":"finite_number","loc":["body"],"msg":"Input should be a finite number","input":"NaN"})"},
    {&json_body<decimal>, R"("-inf")",
     R"({"type":"finite_number","loc":["body"],"msg":"Input should be a finite number","input":"-inf"})"},
    {&json_body<decimal>, R"("sNaN")",
     R"({"type":"finite_number","loc":["body"],"msg":"Input should be a finite number","input":"sNaN"})"},
    {&json_body<decimal>, R"(true)",
     R"({"type":"decimal_type","loc":["body"],"msg":"Decimal input should be an integer, float, string or Decimal object","input":true})"},
    {&json_body<decimal>, R"(null)",
     R"({"type":"decimal_type","loc":["body"],"msg":"Decimal input should be an integer, float, string or Decimal object","input":null})"},
    {&json_body<decimal>, R"([])",
     R"({"type":"decimal_type","loc":["body"],"msg":"Decimal input should be an integer, float, string or Decimal object","input":[]})"},
    {&json_body<decimal>, R"({})",
     R"({"type":"decimal_type","loc":["body"],"msg":"Decimal input should be an integer, float, string or Decimal object","input":{}})"},
    {&json_body<decimal>, R"("1e9999999999999999999")",
     R"({"type":"decimal_parsing","loc":["body"],"msg":"Input should be a valid decimal","input":"1e9999999999999999999"})"},
    {&json_body<number_of<decimal, max_digits<5>>>, R"("123456")",
     R"({"type":"decimal_max_digits","loc":["body"],"msg":"Decimal input should have no more than 5 digits in total","input":"123456","ctx":{"max_digits":5}})"},
    {&json_body<number_of<decimal, max_digits<5>>>, R"("0.000001")",
     R"({"type":"decimal_max_digits","loc":["body"],"msg":"Decimal input should have no more than 5 digits in total","input":"0.000001","ctx":{"max_digits":5}})"},
    {&json_body<number_of<decimal, max_digits<5>>>, R"("1e5")",
     R"({"type":"decimal_max_digits","loc":["body"],"msg":"Decimal input should have no more than 5 digits in total","input":"1e5","ctx":{"max_digits":5}})"},
    {&json_body<number_of<decimal, max_digits<5>>>, R"("-123.456")",
     R"({"type":"decimal_max_digits","loc":["body"],"msg":"Decimal input should have no more than 5 digits in total","input":"-123.456","ctx":{"max_digits":5}})"},
    {&json_body<number_of<decimal, max_digits<5>>>, R"(1234567)",
     R"({"type":"decimal_max_digits","loc":["body"],"msg":"Decimal input should have no more than 5 digits in total","input":1234567,"ctx":{"max_digits":5}})"},
    {&json_body<number_of<decimal, max_digits<1>>>, R"("12")",
     R"({"type":"decimal_max_digits","loc":["body"],"msg":"Decimal input should have no more than 1 digit in total","input":"12","ctx":{"max_digits":1}})"},
    {&json_body<number_of<decimal, decimal_places<2>>>, R"("1.234")",
     R"({"type":"decimal_max_places","loc":["body"],"msg":"Decimal input should have no more than 2 decimal places","input":"1.234","ctx":{"decimal_places":2}})"},
    {&json_body<number_of<decimal, decimal_places<2>>>, R"("1E-3")",
     R"({"type":"decimal_max_places","loc":["body"],"msg":"Decimal input should have no more than 2 decimal places","input":"1E-3","ctx":{"decimal_places":2}})"},
    {&json_body<number_of<decimal, decimal_places<2>>>, R"(0.125)",
     R"({"type":"decimal_max_places","loc":["body"],"msg":"Decimal input should have no more than 2 decimal places","input":0.125,"ctx":{"decimal_places":2}})"},
    {&json_body<number_of<decimal, decimal_places<2>>>, R"("NaN")",
     R"({"type":"finite_number","loc":["body"],"msg":"Input should be a finite number","input":"NaN"})"},
    {&json_body<number_of<decimal, decimal_places<1>>>, R"("1.25")",
     R"({"type":"decimal_max_places","loc":["body"],"msg":"Decimal input should have no more than 1 decimal place","input":"1.25","ctx":{"decimal_places":1}})"},
    {&json_body<number_of<decimal, max_digits<5, 2>>>, R"("123456")",
     R"({"type":"decimal_max_digits","loc":["body"],"msg":"Decimal input should have no more than 5 digits in total","input":"123456","ctx":{"max_digits":5}})"},
    {&json_body<number_of<decimal, max_digits<5, 2>>>, R"("1.234")",
     R"({"type":"decimal_max_places","loc":["body"],"msg":"Decimal input should have no more than 2 decimal places","input":"1.234","ctx":{"decimal_places":2}})"},
    {&json_body<number_of<decimal, max_digits<5, 2>>>, R"("1234.5")",
     R"({"type":"decimal_whole_digits","loc":["body"],"msg":"Decimal input should have no more than 3 digits before the decimal point","input":"1234.5","ctx":{"whole_digits":3}})"},
    {&json_body<number_of<decimal, max_digits<5, 2>>>, R"("1E4")",
     R"({"type":"decimal_whole_digits","loc":["body"],"msg":"Decimal input should have no more than 3 digits before the decimal point","input":"1E4","ctx":{"whole_digits":3}})"},
    {&json_body<number_of<decimal, max_digits<5, 2>>>, R"("0.00001")",
     R"({"type":"decimal_max_places","loc":["body"],"msg":"Decimal input should have no more than 2 decimal places","input":"0.00001","ctx":{"decimal_places":2}})"},
    {&json_body<number_of<decimal, max_digits<5, 2>>>, R"("0.000001")",
     R"({"type":"decimal_max_digits","loc":["body"],"msg":"Decimal input should have no more than 5 digits in total","input":"0.000001","ctx":{"max_digits":5}})"},
    {&json_body<number_of<decimal, max_digits<5, 2>>>, R"(1000)",
     R"({"type":"decimal_whole_digits","loc":["body"],"msg":"Decimal input should have no more than 3 digits before the decimal point","input":1000,"ctx":{"whole_digits":3}})"},
    {&json_body<number_of<decimal, max_digits<2, 1>>>, R"("10")",
     R"({"type":"decimal_whole_digits","loc":["body"],"msg":"Decimal input should have no more than 1 digit before the decimal point","input":"10","ctx":{"whole_digits":1}})"},
    {&json_body<number_of<decimal, exclusive_minimum<1.5>>>, R"("1.5")",
     R"({"type":"greater_than","loc":["body"],"msg":"Input should be greater than 1.5","input":"1.5","ctx":{"gt":1.5}})"},
    {&json_body<number_of<decimal, exclusive_minimum<1.5>>>, R"("1.500")",
     R"({"type":"greater_than","loc":["body"],"msg":"Input should be greater than 1.5","input":"1.500","ctx":{"gt":1.5}})"},
    {&json_body<number_of<decimal, exclusive_minimum<1.5>>>, R"(1)",
     R"({"type":"greater_than","loc":["body"],"msg":"Input should be greater than 1.5","input":1,"ctx":{"gt":1.5}})"},
    {&json_body<number_of<decimal, minimum<1>>>, R"("0.99")",
     R"({"type":"greater_than_equal","loc":["body"],"msg":"Input should be greater than or equal to 1","input":"0.99","ctx":{"ge":1}})"},
    {&json_body<number_of<decimal, minimum<1>>>, R"(0)",
     R"({"type":"greater_than_equal","loc":["body"],"msg":"Input should be greater than or equal to 1","input":0,"ctx":{"ge":1}})"},
    {&json_body<number_of<decimal, exclusive_maximum<1.5>>>, R"("1.5")",
     R"({"type":"less_than","loc":["body"],"msg":"Input should be less than 1.5","input":"1.5","ctx":{"lt":1.5}})"},
    {&json_body<number_of<decimal, exclusive_maximum<1.5>>>, R"(2)",
     R"({"type":"less_than","loc":["body"],"msg":"Input should be less than 1.5","input":2,"ctx":{"lt":1.5}})"},
    {&json_body<number_of<decimal, maximum<10>>>, R"("10.01")",
     R"({"type":"less_than_equal","loc":["body"],"msg":"Input should be less than or equal to 10","input":"10.01","ctx":{"le":10}})"},
    {&json_body<number_of<decimal, multiple_of<0.25>>>, R"("0.3")",
     R"({"type":"multiple_of","loc":["body"],"msg":"Input should be a multiple of 0.25","input":"0.3","ctx":{"multiple_of":0.25}})"},
    {&json_body<number_of<decimal, multiple_of<0.25>>>, R"(1.1)",
     R"({"type":"multiple_of","loc":["body"],"msg":"Input should be a multiple of 0.25","input":1.1,"ctx":{"multiple_of":0.25}})"},
    {&json_body<http_url>, R"("ftp://example.com")",
     R"({"type":"url_scheme","loc":["body"],"msg":"URL scheme should be 'http' or 'https'","input":"ftp://example.com","ctx":{"expected_schemes":"'http' or 'https'"}})"},
    {&json_body<http_url>, R"~("javascript:alert(1)")~",
     R"~({"type":"url_scheme","loc":["body"],"msg":"URL scheme should be 'http' or 'https'","input":"javascript:alert(1)","ctx":{"expected_schemes":"'http' or 'https'"}})~"},
    {&json_body<http_url>, R"("")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, input is empty","input":"","ctx":{"error":"input is empty"}})"},
    {&json_body<http_url>, R"("x")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, relative URL without a base","input":"x","ctx":{"error":"relative URL without a base"}})"},
    {&json_body<http_url>, R"("//a")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, relative URL without a base","input":"//a","ctx":{"error":"relative URL without a base"}})"},
    {&json_body<http_url>, R"("http:")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, empty host","input":"http:","ctx":{"error":"empty host"}})"},
    {&json_body<http_url>, R"("http://exa mple.com")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, invalid international domain name","input":"http://exa mple.com","ctx":{"error":"invalid international domain name"}})"},
    {&json_body<http_url>, R"("http://a:99999")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, invalid port number","input":"http://a:99999","ctx":{"error":"invalid port number"}})"},
    {&json_body<http_url>, R"("http://a:x")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, invalid port number","input":"http://a:x","ctx":{"error":"invalid port number"}})"},
    {&json_body<http_url>, R"("http://[::1")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, invalid IPv6 address","input":"http://[::1","ctx":{"error":"invalid IPv6 address"}})"},
    {&json_body<http_url>, R"("http://256.256.256.256")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, invalid IPv4 address","input":"http://256.256.256.256","ctx":{"error":"invalid IPv4 address"}})"},
    {&json_body<http_url>, R"("http://a%00b")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, invalid international domain name","input":"http://a%00b","ctx":{"error":"invalid international domain name"}})"},
    {&json_body<http_url>, R"("foo://a b")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, invalid domain character","input":"foo://a b","ctx":{"error":"invalid domain character"}})"},
    {&json_body<http_url>, R"("http://a@")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, empty host","input":"http://a@","ctx":{"error":"empty host"}})"},
    {&json_body<http_url>, R"(1)",
     R"({"type":"url_type","loc":["body"],"msg":"URL input should be a string or URL","input":1})"},
    {&json_body<http_url>, R"(null)",
     R"({"type":"url_type","loc":["body"],"msg":"URL input should be a string or URL","input":null})"},
    {&json_body<http_url>, R"([])",
     R"({"type":"url_type","loc":["body"],"msg":"URL input should be a string or URL","input":[]})"},
    {&json_body<http_url>, R"("ws://a")",
     R"({"type":"url_scheme","loc":["body"],"msg":"URL scheme should be 'http' or 'https'","input":"ws://a","ctx":{"expected_schemes":"'http' or 'https'"}})"},
    {&json_body<any_url>, R"("")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, input is empty","input":"","ctx":{"error":"input is empty"}})"},
    {&json_body<any_url>, R"("/a")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, relative URL without a base","input":"/a","ctx":{"error":"relative URL without a base"}})"},
    {&json_body<any_url>, R"("foo://a b")",
     R"({"type":"url_parsing","loc":["body"],"msg":"Input should be a valid URL, invalid domain character","input":"foo://a b","ctx":{"error":"invalid domain character"}})"},
    {&json_body<websocket_url>, R"("http://a")",
     R"({"type":"url_scheme","loc":["body"],"msg":"URL scheme should be 'ws' or 'wss'","input":"http://a","ctx":{"expected_schemes":"'ws' or 'wss'"}})"},
    {&json_body<email>, R"("a@b")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: The part after the @-sign is not valid. It should have a period.","input":"a@b","ctx":{"reason":"The part after the @-sign is not valid. It should have a period."}})"},
    {&json_body<email>, R"("a")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: An email address must have an @-sign.","input":"a","ctx":{"reason":"An email address must have an @-sign."}})"},
    {&json_body<email>, R"("")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: An email address must have an @-sign.","input":"","ctx":{"reason":"An email address must have an @-sign."}})"},
    {&json_body<email>, R"("@b.c")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: There must be something before the @-sign.","input":"@b.c","ctx":{"reason":"There must be something before the @-sign."}})"},
    {&json_body<email>, R"("a@")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: There must be something after the @-sign.","input":"a@","ctx":{"reason":"There must be something after the @-sign."}})"},
    {&json_body<email>, R"("a@@b.c")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: The part after the @-sign contains invalid characters: '@'.","input":"a@@b.c","ctx":{"reason":"The part after the @-sign contains invalid characters: '@'."}})"},
    {&json_body<email>, R"("a@exa_mple.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: The part after the @-sign contains invalid characters: '_'.","input":"a@exa_mple.com","ctx":{"reason":"The part after the @-sign contains invalid characters: '_'."}})"},
    {&json_body<email>, R"("a@-b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: An email address cannot have a hyphen immediately after the @-sign.","input":"a@-b.com","ctx":{"reason":"An email address cannot have a hyphen immediately after the @-sign."}})"},
    {&json_body<email>, R"("a@b-.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: An email address cannot have a period and a hyphen next to each other.","input":"a@b-.com","ctx":{"reason":"An email address cannot have a period and a hyphen next to each other."}})"},
    {&json_body<email>, R"("a@b..com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: An email address cannot have two periods in a row.","input":"a@b..com","ctx":{"reason":"An email address cannot have two periods in a row."}})"},
    {&json_body<email>, R"("a@.b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: An email address cannot have a period immediately after the @-sign.","input":"a@.b.com","ctx":{"reason":"An email address cannot have a period immediately after the @-sign."}})"},
    {&json_body<email>, R"("a@b.com.")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: An email address cannot end with a period.","input":"a@b.com.","ctx":{"reason":"An email address cannot end with a period."}})"},
    {&json_body<email>, R"("a.@b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: An email address cannot have a period immediately before the @-sign.","input":"a.@b.com","ctx":{"reason":"An email address cannot have a period immediately before the @-sign."}})"},
    {&json_body<email>, R"(".a@b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: An email address cannot start with a period.","input":".a@b.com","ctx":{"reason":"An email address cannot start with a period."}})"},
    {&json_body<email>, R"("a..b@b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: An email address cannot have two periods in a row.","input":"a..b@b.com","ctx":{"reason":"An email address cannot have two periods in a row."}})"},
    {&json_body<email>, R"("\"a b\"@b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: Quoting the part before the @-sign is not allowed here.","input":"\"a b\"@b.com","ctx":{"reason":"Quoting the part before the @-sign is not allowed here."}})"},
    {&json_body<email>, R"("a b@b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: The email address contains invalid characters before the @-sign: SPACE.","input":"a b@b.com","ctx":{"reason":"The email address contains invalid characters before the @-sign: SPACE."}})"},
    {&json_body<email>, R"("a@b.com\n")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: Carriage return and line feed characters are not allowed","input":"a@b.com\n","ctx":{"reason":"Carriage return and line feed characters are not allowed"}})"},
    {&json_body<email>, R"("a@[1.2.3.4]")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: A bracketed IP address after the @-sign is not allowed here.","input":"a@[1.2.3.4]","ctx":{"reason":"A bracketed IP address after the @-sign is not allowed here."}})"},
    {&json_body<email>, R"("a@1.2.3.4")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: The part after the @-sign is not valid. It is not within a valid top-level domain.","input":"a@1.2.3.4","ctx":{"reason":"The part after the @-sign is not valid. It is not within a valid top-level domain."}})"},
    {&json_body<email>, R"("a(c)@b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: The email address contains invalid characters before the @-sign: '(', ')'.","input":"a(c)@b.com","ctx":{"reason":"The email address contains invalid characters before the @-sign: '(', ')'."}})"},
    {&json_body<email>, R"("a\\@b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: The email address contains invalid characters before the @-sign: \"\\\".","input":"a\\@b.com","ctx":{"reason":"The email address contains invalid characters before the @-sign: \"\\\"."}})"},
    {&json_body<email>, R"("a\u0000@b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: The email address contains invalid characters before the @-sign: U+0000.","input":"a\u0000@b.com","ctx":{"reason":"The email address contains invalid characters before the @-sign: U+0000."}})"},
    {&json_body<email>, R"("a@b.local")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: The part after the @-sign is a special-use or reserved name that cannot be used with email.","input":"a@b.local","ctx":{"reason":"The part after the @-sign is a special-use or reserved name that cannot be used with email."}})"},
    {&json_body<email>, R"("a@aa--b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: An email address cannot have two letters followed by two dashes immediately after the @-sign or after a period, except Punycode.","input":"a@aa--b.com","ctx":{"reason":"An email address cannot have two letters followed by two dashes immediately after the @-sign or after a period, except Punycode."}})"},
    {&json_body<email>, R"("a@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: After the @-sign, periods cannot be separated by so many characters (1 character too many).","input":"a@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.com","ctx":{"reason":"After the @-sign, periods cannot be separated by so many characters (1 character too many)."}})"},
    {&json_body<email>, R"("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.com")",
     R"({"type":"value_error","loc":["body"],"msg":"value is not a valid email address: The email address is too long (2 characters too many).","input":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.com","ctx":{"reason":"The email address is too long (2 characters too many)."}})"},
    {&json_body<email>, R"(1)",
     R"({"type":"string_type","loc":["body"],"msg":"Input should be a valid string","input":1})"},
    {&json_body<email>, R"(null)",
     R"({"type":"string_type","loc":["body"],"msg":"Input should be a valid string","input":null})"},
    {&json_body<either>, R"([])",
     R"({"type":"int_type","loc":["body","int"],"msg":"Input should be a valid integer","input":[]},{"type":"string_type","loc":["body","str"],"msg":"Input should be a valid string","input":[]})"},
    {&json_body<either>, R"(null)",
     R"({"type":"int_type","loc":["body","int"],"msg":"Input should be a valid integer","input":null},{"type":"string_type","loc":["body","str"],"msg":"Input should be a valid string","input":null})"},
    {&json_body<item_or_list>, R"({})",
     R"({"type":"missing","loc":["body","item","name"],"msg":"Field required","input":{}},{"type":"list_type","loc":["body","list[int]"],"msg":"Input should be a valid list","input":{}})"},
    {&json_body<item_or_list>, R"([[]])",
     R"({"type":"model_attributes_type","loc":["body","item"],"msg":"Input should be a valid dictionary or object to extract fields from","input":[[]]},{"type":"int_type","loc":["body","list[int]",0],"msg":"Input should be a valid integer","input":[]})"},
    {&json_body<item_or_list>, R"([1,"x"])",
     R"({"type":"model_attributes_type","loc":["body","item"],"msg":"Input should be a valid dictionary or object to extract fields from","input":[1,"x"]},{"type":"int_parsing","loc":["body","list[int]",1],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"})"},
    {&json_body<perhaps_either>, R"([])",
     R"({"type":"int_type","loc":["body","int"],"msg":"Input should be a valid integer","input":[]},{"type":"bool_type","loc":["body","bool"],"msg":"Input should be a valid boolean","input":[]})"},
    {&json_body<perhaps_either>, R"("x")",
     R"({"type":"int_parsing","loc":["body","int"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"},{"type":"bool_parsing","loc":["body","bool"],"msg":"Input should be a valid boolean, unable to interpret input","input":"x"})"},
    {&json_body<odd_ones>, R"([true])",
     R"({"type":"int_type","loc":["body","constrained-int"],"msg":"Input should be a valid integer","input":[true]},{"type":"dict_type","loc":["body","dict[str,int]"],"msg":"Input should be a valid dictionary","input":[true]},{"type":"missing","loc":["body","tuple[int, bool]",1],"msg":"Field required","input":[true]},{"type":"date_type","loc":["body","date"],"msg":"Input should be a valid date","input":[true]})"},
    {&json_body<odd_ones>, R"(0.5)",
     R"({"type":"int_from_float","loc":["body","constrained-int"],"msg":"Input should be a valid integer, got a number with a fractional part","input":0.5},{"type":"dict_type","loc":["body","dict[str,int]"],"msg":"Input should be a valid dictionary","input":0.5},{"type":"tuple_type","loc":["body","tuple[int, bool]"],"msg":"Input should be a valid tuple","input":0.5},{"type":"date_from_datetime_inexact","loc":["body","date"],"msg":"Datetimes provided to dates should have zero time - e.g. be exact dates","input":0.5})"},
    {&json_body<odd_ones>, R"({"a":"b"})",
     R"({"type":"int_type","loc":["body","constrained-int"],"msg":"Input should be a valid integer","input":{"a":"b"}},{"type":"int_parsing","loc":["body","dict[str,int]","a"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"b"},{"type":"tuple_type","loc":["body","tuple[int, bool]"],"msg":"Input should be a valid tuple","input":{"a":"b"}},{"type":"date_type","loc":["body","date"],"msg":"Input should be a valid date","input":{"a":"b"}})"},
    {&json_body<std::vector<pet>>, R"([{"kind":"aa"}])",
     R"({"type":"missing","loc":["body",0,"aa","x"],"msg":"Field required","input":{"kind":"aa"}})"},
    {&json_body<std::vector<pet>>, R"([{"kind":"b","y":1}])",
     R"({"type":"string_type","loc":["body",0,"b","y"],"msg":"Input should be a valid string","input":1})"},
    {&json_body<std::vector<either>>, R"([1,[]])",
     R"({"type":"int_type","loc":["body",1,"int"],"msg":"Input should be a valid integer","input":[]},{"type":"string_type","loc":["body",1,"str"],"msg":"Input should be a valid string","input":[]})"},
    {&word<decimal>, R"(x)",
     R"({"type":"decimal_parsing","loc":["query","q"],"msg":"Input should be a valid decimal","input":"x"})"},
    {&word<decimal>, R"()",
     R"({"type":"decimal_parsing","loc":["query","q"],"msg":"Input should be a valid decimal","input":""})"},
    {&word<decimal>, R"(nan)",
     R"({"type":"finite_number","loc":["query","q"],"msg":"Input should be a finite number","input":"nan"})"},
    {&word<number_of<decimal, decimal_places<2>>>, R"(1.234)",
     R"({"type":"decimal_max_places","loc":["query","q"],"msg":"Decimal input should have no more than 2 decimal places","input":"1.234","ctx":{"decimal_places":2}})"},
    {&word<http_url>, R"(example.com)",
     R"({"type":"url_parsing","loc":["query","q"],"msg":"Input should be a valid URL, relative URL without a base","input":"example.com","ctx":{"error":"relative URL without a base"}})"},
    {&word<http_url>, R"()",
     R"({"type":"url_parsing","loc":["query","q"],"msg":"Input should be a valid URL, input is empty","input":"","ctx":{"error":"input is empty"}})"},
    {&word<http_url>, R"(ftp://a)",
     R"({"type":"url_scheme","loc":["query","q"],"msg":"URL scheme should be 'http' or 'https'","input":"ftp://a","ctx":{"expected_schemes":"'http' or 'https'"}})"},
    {&word<email>, R"(a)",
     R"({"type":"value_error","loc":["query","q"],"msg":"value is not a valid email address: An email address must have an @-sign.","input":"a","ctx":{"reason":"An email address must have an @-sign."}})"},
    {&word<email>, R"(a@b)",
     R"({"type":"value_error","loc":["query","q"],"msg":"value is not a valid email address: The part after the @-sign is not valid. It should have a period.","input":"a@b","ctx":{"reason":"The part after the @-sign is not valid. It should have a period."}})"},
    {&word<email>, R"()",
     R"({"type":"value_error","loc":["query","q"],"msg":"value is not a valid email address: An email address must have an @-sign.","input":"","ctx":{"reason":"An email address must have an @-sign."}})"},
};
// clang-format on

TEST_CASE("every message is pydantic's, byte for byte") {
    for (const row& each : rows) {
        CAPTURE(each.in);
        CHECK(each.ask(each.in) == each.answer);
    }
}

TEST_CASE("what is no JSON is told where") {
    std::vector<validation_issue> issues;
    CHECK(!read_json_text<item>("{\"name\": \"x\",}", issues, "body"));
    REQUIRE(issues.size() == 1);
    CHECK(
        shown(issues[0]) ==
        R"({"type":"json_invalid","loc":["body",13],"msg":"JSON decode error","input":{},"ctx":{"error":"Expecting property name enclosed in double quotes"}})");
}

}  // namespace message_table
