#include <doctest/doctest.h>

#include <coracle/app/parameter.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

struct item {
    int n = 0;
};
class closed {
public:
    explicit closed(int) {}
};
enum class kind { a, b };

template <class P>
constexpr parameter_source from = parameter<P>::source;

}  // namespace

TEST_CASE("scalars, and optionals and lists of them, come from the pattern") {
    static_assert(from<int> == parameter_source::pattern);
    static_assert(from<std::uint8_t> == parameter_source::pattern);
    static_assert(from<double> == parameter_source::pattern);
    static_assert(from<bool> == parameter_source::pattern);
    static_assert(from<std::string> == parameter_source::pattern);
    static_assert(from<kind> == parameter_source::pattern);
    static_assert(from<std::optional<int>> == parameter_source::pattern);
    static_assert(from<std::vector<std::string>> == parameter_source::pattern);
}

TEST_CASE("a struct, json, a map or a list of structs is the body") {
    static_assert(from<item> == parameter_source::body);
    static_assert(from<json> == parameter_source::body);
    static_assert(from<std::optional<item>> == parameter_source::body);
    static_assert(from<std::vector<item>> == parameter_source::body);
    static_assert(from<std::map<std::string, int>> == parameter_source::body);
    static_assert(from<json_body<item>> == parameter_source::body);
    static_assert(!parameter<item>::said_aloud);
    static_assert(parameter<json_body<item>>::said_aloud);
}

TEST_CASE("the request is the only reference") {
    static_assert(from<request&> == parameter_source::context);
    static_assert(from<const request&> == parameter_source::context);
    static_assert(from<int&> == parameter_source::reference);
    static_assert(from<const std::string&> == parameter_source::reference);
    static_assert(from<item&&> == parameter_source::reference);
}

TEST_CASE("what would look into the request is refused, and what nothing fills as well") {
    static_assert(from<std::string_view> == parameter_source::view);
    static_assert(from<const char*> == parameter_source::view);
    static_assert(from<std::span<const char>> == parameter_source::view);
    static_assert(from<std::vector<std::string_view>> == parameter_source::unsupported);
    static_assert(from<char> == parameter_source::unsupported);
    static_assert(from<closed> == parameter_source::unsupported);
    static_assert(from<std::unique_ptr<int>> == parameter_source::unsupported);
    static_assert(from<std::optional<std::vector<int>>> == parameter_source::unsupported);
}

TEST_CASE("json_body is its value") {
    json_body<item> in(item{7});
    CHECK(in->n == 7);
    CHECK((*in).n == 7);
}
