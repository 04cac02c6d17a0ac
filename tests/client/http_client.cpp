#include <coracle/client/http_client.hpp>

#include <doctest/doctest.h>

#include <type_traits>

using namespace coracle;

TEST_CASE("a client is a handle that is made and copied anywhere") {
    http_client one{{.base_url = "https://api.example.com"}};
    http_client other = one;
    CHECK(sizeof(other) <= 2 * sizeof(void*));
    CHECK(std::is_nothrow_move_constructible_v<http_client>);
}
