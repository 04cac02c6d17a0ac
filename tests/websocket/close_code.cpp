#include <doctest/doctest.h>

#include <coracle/websocket/close_code.hpp>

namespace ws = coracle::ws;

TEST_CASE("D16 close codes: only what is registered, and 3000 to 4999, may be sent") {
    for (unsigned number = 0; number <= 0xFFFF; ++number) {
        bool good = (number >= 1000 && number <= 1003) || (number >= 1007 && number <= 1014) ||
                    (number >= 3000 && number <= 4999);
        if (ws::may_be_sent(static_cast<ws::close_code>(number)) != good) {
            CAPTURE(number);
            FAIL("wrong");
        }
    }
    CHECK(ws::number(ws::close_code{4001}) == 4001);
    CHECK(ws::number(ws::close_code::lost) == 1006);
}
