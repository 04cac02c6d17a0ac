#include <coracle/json/alternative.hpp>

#include <doctest/doctest.h>

#include <coracle/json/checked.hpp>
#include <coracle/json/decimal.hpp>
#include <coracle/json/email.hpp>
#include <coracle/json/url.hpp>
#include <coracle/json/uuid.hpp>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

using namespace coracle;

namespace {
enum class color { red, green };
struct cat {
    literal<"cat", "lion"> kind;
};
struct dog {
    literal<"dog"> kind;
};
template <class T>
std::string name() {
    return detail::alternative_name<T>();
}
}  // namespace

TEST_CASE("alternatives have pydantic's names") {
    CHECK(name<int>() == "int");
    CHECK(name<unsigned char>() == "int");
    CHECK(name<double>() == "float");
    CHECK(name<bool>() == "bool");
    CHECK(name<std::string>() == "str");
    CHECK(name<cat>() == "cat");
    CHECK(name<color>() == "enum[color]");
    CHECK(name<literal<"a", "b">>() == "literal['a','b']");
    CHECK(name<std::vector<std::vector<int>>>() == "list[list[int]]");
    CHECK(name<std::set<int>>() == "set[int]");
    CHECK(name<std::array<int, 2>>() == "list[int]");
    CHECK(name<std::map<std::string, cat>>() == "dict[str,cat]");
    CHECK(name<std::tuple<int, std::string>>() == "tuple[int, str]");
    CHECK(name<std::optional<int>>() == "nullable[int]");
    CHECK(name<std::shared_ptr<cat>>() == "nullable[cat]");
    CHECK(name<std::variant<int, cat>>() == "union[int,cat]");
    CHECK(name<std::variant<cat, dog>>() == "tagged-union[cat,cat,dog]");
    CHECK(name<std::chrono::seconds>() == "timedelta");
    CHECK(name<std::chrono::year_month_day>() == "date");
    CHECK(name<std::chrono::sys_seconds>() == "datetime");
    CHECK(name<uuid>() == "uuid");
    CHECK(name<decimal>() == "decimal");
    CHECK(name<email>() == "email");
    CHECK(name<http_url>() == "url");
    CHECK(name<any_url>() == "url");
    CHECK(name<json>() == "any");
    CHECK(name<std::monostate>() == "none");
    CHECK(name<checked<int, minimum<1>>>() == "constrained-int");
    CHECK(name<checked<int, strict>>() == "int");
    CHECK(name<checked<std::string, min_length<1>>>() == "constrained-str");
    CHECK(name<checked<std::vector<int>, max_items<2>>>() == "list[int]");
    CHECK(name<checked<decimal, minimum<1>>>() == "decimal");
}

TEST_CASE("null is no alternative that is told apart") {
    static_assert(detail::told_alternatives<std::variant<int, cat>> == 2);
    static_assert(detail::told_alternatives<std::variant<std::monostate, cat>> == 1);
}
