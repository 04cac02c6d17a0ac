#include <coracle/client/reply_stream.hpp>

#include <doctest/doctest.h>

#include <type_traits>

TEST_CASE("a stream of an answer is destroyed through its base, and stays where it is") {
    CHECK(std::has_virtual_destructor_v<coracle::client::reply_stream>);
    CHECK(!std::is_move_constructible_v<coracle::client::reply_stream>);
}
