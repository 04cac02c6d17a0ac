#include <doctest/doctest.h>

#include <coracle/websocket/frame_head.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ws = coracle::ws;
using namespace std::string_view_literals;

TEST_CASE("frame_head: the examples of RFC 6455 5.7") {
    ws::frame_head head = ws::read_frame_head("\x81\x05"sv);
    CHECK(head.last);
    CHECK(head.what == ws::opcode::text);
    CHECK(head.length == 5);
    CHECK(!head.masked);
    head = ws::read_frame_head("\x81\x85\x37\xfa\x21\x3d"sv);
    CHECK(head.masked);
    CHECK(head.key == ws::mask_key{0x37, 0xfa, 0x21, 0x3d});
    head = ws::read_frame_head("\x01\x03"sv);
    CHECK(!head.last);
    CHECK(ws::read_frame_head("\x82\x7E\x01\x00"sv).length == 256);
    CHECK(ws::read_frame_head("\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00"sv).length == 65536);
}

TEST_CASE("frame_head: what is written is read, in the shortest form, for every length form, opcode and flag") {
    for (std::uint64_t length : {0ULL, 1ULL, 125ULL, 126ULL, 127ULL, 128ULL, 65535ULL, 65536ULL, 16777216ULL,
                                 0xFFFFFFFFULL, 0x100000000ULL, 0x7FFFFFFFFFFFFFFFULL})
        for (unsigned flags = 0; flags < 256; ++flags)
            for (bool masked : {false, true}) {
                ws::frame_head head;
                head.what = static_cast<ws::opcode>(flags & 15U);
                head.last = (flags & 128U) != 0;
                head.reserved = static_cast<std::uint8_t>(flags >> 4U & 7U);
                head.masked = masked;
                head.length = length;
                if (masked) head.key = {9, 8, 7, 6};
                ws::frame_prefix bytes(head);
                CHECK(bytes.view().size() == (length < 126 ? 2U : length < 65536 ? 4U : 10U) + (masked ? 4U : 0U));
                REQUIRE(ws::frame_head_size(static_cast<unsigned char>(bytes.view()[1])) == bytes.view().size());
                CHECK(static_cast<unsigned char>(bytes.view()[0]) == flags);
                ws::frame_head back = ws::read_frame_head(bytes.view());
                CHECK(back.what == head.what);
                CHECK(back.last == head.last);
                CHECK(back.reserved == head.reserved);
                CHECK(back.masked == masked);
                CHECK(back.key == head.key);
                CHECK(back.length == length);
            }
}

TEST_CASE("D16 frame_head: a length in a longer form than it needs, or with the 64th bit, is none") {
    for (std::string_view bytes :
         {"\x82\x7E\x00\x00"sv, "\x82\x7E\x00\x7D"sv, "\x82\x7F\x00\x00\x00\x00\x00\x00\x00\x01"sv,
          "\x82\x7F\x00\x00\x00\x00\x00\x00\xFF\xFF"sv, "\x82\x7F\x80\x00\x00\x00\x00\x01\x00\x00"sv,
          "\x82\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv, "\x82\x7F\x80\x00\x00\x00\x00\x00\x00\x01"sv})
        CHECK(ws::read_frame_head(bytes).length == ws::frame_head::no_length);
    CHECK(ws::read_frame_head("\x82\x7E\x00\x7E"sv).length == 126);
    CHECK(ws::read_frame_head("\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv).length == 0x7FFFFFFFFFFFFFFF);
}
