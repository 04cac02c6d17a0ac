#include <doctest/doctest.h>

#include <coracle/websocket/opcode.hpp>

namespace ws = coracle::ws;

TEST_CASE("websocket opcodes: six have a meaning, and the upper half is control") {
    for (unsigned bits = 0; bits < 16; ++bits) {
        CAPTURE(bits);
        auto what = static_cast<ws::opcode>(bits);
        CHECK(ws::is_known(what) == (bits < 3 || bits == 8 || bits == 9 || bits == 10));
        CHECK(ws::is_control(what) == (bits >= 8));
    }
    CHECK(ws::opcode_of(ws::data_kind::text) == ws::opcode::text);
    CHECK(ws::opcode_of(ws::data_kind::binary) == ws::opcode::binary);
}
