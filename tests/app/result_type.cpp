#include <doctest/doctest.h>

#include <coracle/app/result_type.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {
struct item {
    int n = 0;
};
enum class kind { a };
}  // namespace

// What is refused is in tests/shape/must_not_compile/.
TEST_CASE("a handler may give back values, text, a response or nothing") {
    static_assert(detail::good_result<void>());
    static_assert(detail::good_result<int>());
    static_assert(detail::good_result<bool>());
    static_assert(detail::good_result<kind>());
    static_assert(detail::good_result<item>());
    static_assert(detail::good_result<json>());
    static_assert(detail::good_result<response>());
    static_assert(detail::good_result<std::string>());
    static_assert(detail::good_result<std::string_view>());
    static_assert(detail::good_result<const char*>());
    static_assert(detail::good_result<std::optional<item>>());
    static_assert(detail::good_result<std::vector<item>>());
    static_assert(detail::good_result<std::map<std::string, item>>());
}
