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
// - decimal_parsing and url_parsing: there is no decimal and no URL type yet.
// - issues stop at 100, and inputs are repeated up to 64 KB: an answer is not much larger than its question.
#include <doctest/doctest.h>

#include <coracle/json/checked.hpp>
#include <coracle/json/decode.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/literal.hpp>
#include <coracle/json/pattern.hpp>
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
