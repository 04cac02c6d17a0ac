#include <coracle/websocket/frame_reader.hpp>
#include <coracle/websocket/frame_writer.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

using namespace coracle;

inline namespace in_frame_reader {

ws::mask_key turned_key() { return {1, 2, 3, 4}; }

/// A frame on the wire.
std::string wire_of(std::string_view payload, bool masked, ws::opcode what = ws::opcode::text, bool last = true) {
    byte_buffer out;
    ws::frame_writer(masked ? &turned_key : nullptr).write(out, what, payload, last);
    return std::string(out.view());
}
std::string_view text_of(std::span<const char> bytes) { return {bytes.data(), bytes.size()}; }

TEST_CASE("frame_reader: what a frame carries is the same in whatever pieces it arrives") {
    for (bool masked : {false, true})
        for (std::size_t size :
             {std::size_t{0}, std::size_t{1}, std::size_t{125}, std::size_t{126}, std::size_t{70000}}) {
            const std::string payload(size, 'p');
            for (std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{100000}}) {
                std::string wire = wire_of(payload, masked) + "rest";
                ws::frame_reader reader;
                std::string got;
                bool begun = false;
                for (std::size_t at = 0; at < wire.size() && !(begun && !reader.in_frame());) {
                    std::size_t count = wire.size() - at < step ? wire.size() - at : step;
                    std::span<char> arrived(wire.data() + at, count);
                    if (!begun && reader.read_head(arrived)) {
                        const ws::frame_head head = reader.head();
                        CHECK(head.length == size);
                        CHECK(head.masked == masked);
                        reader.begin(head);
                        begun = true;
                    }
                    if (begun) got += text_of(reader.take(arrived));
                    at += count - arrived.size();
                }
                CHECK(got == payload);
                CHECK(reader.is_between());
            }
        }
}

TEST_CASE("frame_reader: what nobody looks at is passed over") {
    std::string wire = wire_of("four", true) + "next";
    std::span<char> arrived(wire);
    ws::frame_reader reader;
    REQUIRE(reader.read_head(arrived));
    CHECK_FALSE(reader.is_between());
    reader.begin(reader.head());
    CHECK(reader.in_frame());
    CHECK(reader.pass(arrived).size() == 4);
    CHECK_FALSE(reader.in_frame());
    CHECK(text_of(arrived) == "next");
}

TEST_CASE("frame_reader: a message in one frame is seen as such when all of it is there, and only then") {
    for (bool masked : {false, true})
        for (std::size_t size :
             {std::size_t{0}, std::size_t{5}, std::size_t{125}, std::size_t{126}, std::size_t{65535}}) {
            const std::string payload(size, 'w');
            std::string wire = wire_of(payload, masked);
            for (std::size_t part = 0; part < wire.size(); part += part < 20 ? 1 : wire.size() / 3)
                CHECK(ws::frame_reader::whole_message(std::string_view(wire).substr(0, part), masked).head == 0);
            CHECK(ws::frame_reader::whole_message(wire, !masked).head == 0);
            wire += "more";
            auto found = ws::frame_reader::whole_message(wire, masked);
            REQUIRE(found.head != 0);
            CHECK(found.size == size);
            std::span<char> arrived(wire);
            CHECK(text_of(ws::frame_reader::take_whole(arrived, found, masked)) == payload);
            CHECK(text_of(arrived) == "more");
        }
    using ws::opcode;
    for (opcode other : {opcode::continuation, opcode::close, opcode::ping, opcode::pong, static_cast<opcode>(3)})
        CHECK(ws::frame_reader::whole_message(wire_of("x", true, other), true).head == 0);
    CHECK(ws::frame_reader::whole_message(wire_of("x", true, opcode::text, false), true).head == 0);
    CHECK(ws::frame_reader::whole_message(wire_of(std::string(65536, 'x'), true), true).head == 0);
    CHECK(ws::frame_reader::whole_message(std::string_view("\xC1\x80\0\0\0\0", 6), true).head == 0);       // marked
    CHECK(ws::frame_reader::whole_message(std::string_view("\x81\xFE\0\1\0\0\0\0x", 9), true).head == 0);  // too long
}

}  // namespace in_frame_reader
