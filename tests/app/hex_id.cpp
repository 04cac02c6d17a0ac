#include <coracle/app/hex_id.hpp>

#include <doctest/doctest.h>

#include <async/hand_loop.hpp>

#include <string>
#include <string_view>

using namespace coracle;

TEST_CASE("an id is as many lower-case hexadecimal digits as it says, and nothing else is one") {
    CHECK(hex_id<4>::read("00af")->text() == "00af");
    CHECK(hex_id<4>::read("0000")->empty());
    CHECK(hex_id<4>().empty());
    for (std::string_view wrong : {"", "00a", "00aff", "00AF", "00ag", "0x1f", " 1f2"}) CHECK(!hex_id<4>::read(wrong));
}

TEST_CASE("W14: ids are made of the loop's randomness, are never zero, and differ") {
    hand_loop loop;
    auto make = []() -> task<std::string> { co_return std::string(hex_id<32>::make().text()); };
    std::string one = run_through(loop, make());
    std::string other = run_through(loop, make());
    CHECK(hex_id<32>::read(one).has_value());
    CHECK(!hex_id<32>::read(one)->empty());
    CHECK(one != other);
}
