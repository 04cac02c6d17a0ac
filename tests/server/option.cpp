#include <coracle/server/option.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("a number is whole, and between its bounds") {
    int number = 7;
    CHECK(server::read_number("0", number));
    CHECK(number == 0);
    CHECK(server::read_number("2147483647", number));
    CHECK(number == 2147483647);
    number = 7;
    for (const char* wrong : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "2147483648", "4294967296", "99999999999999"})
        CHECK_MESSAGE(!server::read_number(wrong, number), wrong);
    CHECK(!server::read_number("4", number, 5, 6));
    CHECK(!server::read_number("7", number, 5, 6));
    CHECK(number == 7);
    CHECK(server::read_number("5", number, 5, 6));
    CHECK(number == 5);
}

TEST_CASE("seconds have a fraction perhaps, of which thousandths count") {
    std::chrono::milliseconds span{1};
    struct row {
        const char* text;
        std::chrono::milliseconds is;
    };
    for (const row& each :
         {row{"0", 0ms}, {"5", 5s}, {"0.25", 250ms}, {"0.5", 500ms}, {"1.", 1s}, {"1.2345", 1234ms}}) {
        CAPTURE(each.text);
        CHECK(server::read_seconds(each.text, span));
        CHECK(span == each.is);
    }
    for (const char* wrong : {"", ".", ".5", "-1", "1s", "1.x", "1.5x", "1.234x", "1.2.3", "1e3", "99999999999"})
        CHECK_MESSAGE(!server::read_seconds(wrong, span), wrong);
}

TEST_CASE("a list has commas between its texts, and no empty ones") {
    std::vector<std::string> list{"a"};
    server::read_list("b,,c d,", list);
    CHECK(list == std::vector<std::string>{"a", "b", "c d"});
    server::read_list("", list);
    CHECK(list.size() == 3);
}
