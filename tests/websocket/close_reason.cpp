#include <doctest/doctest.h>

#include <coracle/base/utf8.hpp>
#include <coracle/websocket/close_reason.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace ws = coracle::ws;
using namespace std::string_view_literals;

TEST_CASE("D16 close frames: half a code, a code of nobody and a reason that is no UTF-8 are refused") {
    ws::close_reason read;
    CHECK(ws::read_close_reason("", read) == ws::close_fault::none);
    CHECK(read.code == ws::close_code::none);
    CHECK(ws::read_close_reason("\x03\xE8"sv, read) == ws::close_fault::none);
    CHECK(read.code == ws::close_code::normal);
    CHECK(read.text.empty());
    CHECK(ws::read_close_reason("\x0F\xA1gone"sv, read) == ws::close_fault::none);
    CHECK(read.code == ws::close_code{4001});
    CHECK(read.text == "gone");
    CHECK(ws::read_close_reason("\x03"sv, read) == ws::close_fault::half_a_code);
    CHECK(ws::read_close_reason("\0\0"sv, read) == ws::close_fault::no_such_code);
    CHECK(ws::read_close_reason("\x03\xEDx"sv, read) == ws::close_fault::no_such_code);
    CHECK(ws::read_close_reason("\x03\xE8\xC3"sv, read) == ws::close_fault::not_utf8);
}

TEST_CASE("close_payload: a reason is cut to 123 bytes, between two characters, and never makes the frame wrong") {
    std::string reason(121, 'a');
    reason += "\xE2\x82\xAC";  // 124 bytes
    CHECK(ws::close_payload(ws::close_code::normal, reason).view() == "\x03\xE8" + std::string(121, 'a'));
    CHECK(ws::close_payload(ws::close_code::normal, std::string(500, 'b')).view().size() == 125);
    CHECK(ws::close_payload(ws::close_code::normal, "so\xFFme").view() == "\x03\xE8so"sv);
    CHECK(ws::close_payload(ws::close_code::none, "x").view().empty());
    CHECK(ws::close_payload(ws::close_code::lost, "x").view().empty());
    CHECK(ws::close_payload(ws::close_code{999}, "x").view().empty());
    for (std::size_t size = 100; size < 140; ++size) {
        std::string text(size % 3, 'a');
        while (text.size() < size) text += "\xE2\x82\xAC";
        std::string_view fits = ws::fitting_reason(text);
        CHECK(fits.size() <= ws::close_reason::most_bytes);
        CHECK(coracle::utf8::is_valid(fits));
        CHECK(text.starts_with(fits));
    }
}
