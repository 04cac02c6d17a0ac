// required_dependency: what can be asked of one before there is a request.
#include <coracle/app/required_dependency.hpp>

#include <coracle/app/require.hpp>

#include <doctest/doctest.h>

using namespace coracle;

namespace {
struct offer {
    int price = 0;
};
int plain() { return 1; }
int priced(offer in) { return in.price; }
int looks(request&) { return 1; }
}  // namespace

TEST_CASE("it knows whether it needs the body, or holds on to the request, and makes its block") {
    CHECK(!require<plain>.needs_body());
    CHECK(!require<plain>.sees_request());
    CHECK(require<priced>.needs_body());
    CHECK(require<looks>.sees_request());
    CHECK(require<plain>.make()->all().size() == 1);
    CHECK(require<plain>.app_values().empty());
    CHECK(required_dependency::guard(nullptr, {}) == nullptr);
}
