#include <doctest/doctest.h>

#include <coracle/http/field_parameters.hpp>

#include <string>
#include <string_view>

using namespace coracle;
using namespace coracle::http;

namespace {
std::string all(std::string_view field) {
    std::string out;
    for (field_parameters each(field); each.next();)
        out.append("[").append(each.name()).append("=").append(each.value()).append("]");
    return out;
}
}  // namespace

TEST_CASE("parameters stand behind semicolons, quoted or not") {
    struct {
        std::string_view field;
        std::string_view parameters;
    } table[] = {
        {"text/html", ""},
        {"", ""},
        {"text/html; charset=utf-8", "[charset=utf-8]"},
        {"text/html;charset=utf-8;a=b", "[charset=utf-8][a=b]"},
        {"form-data; name=\"a\"; filename=\"b; c.txt\"", "[name=a][filename=b; c.txt]"},
        {"x; a = \"b\" ; c\t=\td ", "[a=b][c=d]"},
        {"x; a=\"b\\\"c\\\\d\\e\"", "[a=b\"c\\d\\e]"},
        {"x; a=\"C:\\a.txt\"", "[a=C:\\a.txt]"},
        {"x; a=\"open", "[a=open]"},
        {"x; a=\"open\\\"", "[a=open\"]"},
        {"x; a=\"\"", "[a=]"},
        {"x; a=", "[a=]"},
        {"x; a", ""},
        {"x; ;; a; b=c; =d", "[b=c]"},
        {"x; a=b=c", "[a=b=c]"},
        {"x; a=\"b\"junk; c=d", "[a=b][c=d]"},
        {"; a=b", "[a=b]"},
    };
    for (const auto& row : table) {
        CAPTURE(row.field);
        CHECK(all(row.field) == row.parameters);
    }
}

TEST_CASE("one parameter is found by its name, and told when it is not the only one") {
    CHECK(find_parameter("x; Boundary=a", "boundary").value == "a");
    CHECK_FALSE(find_parameter("x; boundary=a", "charset").value);
    CHECK_FALSE(find_parameter("x; a=b; boundary=a", "boundary").repeated);
    found_parameter twice = find_parameter("x; boundary=a; BOUNDARY=b", "boundary");
    CHECK(twice.value == "a");
    CHECK(twice.repeated);
}
