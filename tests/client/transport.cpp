#include <coracle/client/transport.hpp>

#include <doctest/doctest.h>

using namespace coracle;

TEST_CASE("nobody encrypts until a header of with/ says who does") {
    CHECK(client::secure_layer::usual() == nullptr);
    client::destination where("example.com", 443, true);
    CHECK(where.secure);
}
