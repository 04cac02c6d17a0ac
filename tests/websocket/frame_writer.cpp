#include <doctest/doctest.h>

#include <coracle/websocket/frame_writer.hpp>

#include <string>
#include <string_view>

namespace ws = coracle::ws;
using namespace std::string_view_literals;

namespace {
ws::mask_key rfc_key() { return {0x37, 0xfa, 0x21, 0x3d}; }
}  // namespace

TEST_CASE("frame_writer: the examples of RFC 6455 5.7") {
    coracle::byte_buffer out;
    ws::frame_writer server;
    ws::frame_writer client(rfc_key);
    CHECK(client.masks());
    CHECK(!server.masks());
    server.write(out, ws::opcode::text, "Hello");
    CHECK(out.view() == "\x81\x05Hello"sv);
    out.clear();
    client.write(out, ws::opcode::text, "Hello");
    CHECK(out.view() == "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"sv);
    out.clear();
    server.write(out, ws::opcode::text, "Hel", false);
    server.write(out, ws::opcode::continuation, "lo");
    CHECK(out.view() == "\x01\x03Hel\x80\x02lo"sv);
    out.clear();
    server.write(out, ws::opcode::binary, std::string(256, 'x'));
    CHECK(out.view() == std::string("\x82\x7E\x01\x00"sv) + std::string(256, 'x'));
}

TEST_CASE("frame_writer: a close frame with a code, a reason, and neither") {
    coracle::byte_buffer out;
    ws::frame_writer server;
    server.close(out, ws::close_code::going_away, "bye");
    CHECK(out.view() ==
          "\x88\x05\x03\xE9"
          "bye"sv);
    out.clear();
    server.close(out, ws::close_code::none, "not sent");
    CHECK(out.view() == "\x88\0"sv);
}
