#include <doctest/doctest.h>

#include <coracle/route/match.hpp>

#include <string>
#include <type_traits>

TEST_CASE("a match stays where it is, because its captures may point into it") {
    static_assert(!std::is_copy_constructible_v<coracle::route::match>);
    static_assert(!std::is_move_constructible_v<coracle::route::match>);
    coracle::route::match fresh;
    CHECK(fresh.result == coracle::route::outcome::not_found);
    CHECK(fresh.capture_count == 0);
}

TEST_CASE("captures follow the path to where it moves, decoded ones stay") {
    std::string before = "/users/42";
    std::string after = before;
    coracle::route::match found;
    found.capture_count = 1;
    found.captures[0] = std::string_view(before).substr(7);
    found.rebase(before.data(), after.data());
    CHECK(found[0] == "42");
    CHECK(found[0].data() == after.data() + 7);
    found.decoded = "/users/43";
    found.captures[0] = std::string_view(found.decoded).substr(7);
    found.rebase(after.data(), before.data());
    CHECK(found[0].data() == found.decoded.data() + 7);
}
