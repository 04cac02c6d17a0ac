#include <coracle/http/owned_fields.hpp>

#include <doctest/doctest.h>

#include <optional>

using namespace coracle;

TEST_CASE("copies of the fields stay good when the first ones are gone") {
    std::optional<http::owned_fields> first(std::in_place, "x-id: 7, and long enough for no small string");
    first->push_back({first->bytes().substr(0, 4), first->bytes().substr(6, 1)});
    http::owned_fields copy = *first;
    first.reset();
    CHECK(copy["X-Id"] == "7");
    CHECK(copy.size() == 1);
    CHECK(http::owned_fields().bytes().empty());
}
