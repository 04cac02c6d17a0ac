#include <coracle/http/body_decoder.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace http = coracle::http;
using http::body_state;
using http::refusal;
using kind = http::body_length::kind;

namespace {
struct outcome {
    std::string data{};
    body_state state{};
    std::size_t consumed = 0;
    std::string why{};
};
/// Fed in pieces of `step` bytes, each in a copy of exactly its size.
outcome read(http::body_length length, std::string_view bytes, std::size_t step,
             const http::limits& bounds = http::default_limits) {
    http::body_decoder decoder;
    outcome out;
    out.state = body_state::need_more;
    if (auto why = decoder.start(length, bounds))
        return {{}, body_state::refused, 0, std::string(http::facts_of(*why).name)};
    for (std::size_t at = 0; at < bytes.size() && out.state == body_state::need_more; at += step) {
        std::string_view piece = bytes.substr(at, step);
        auto copy = std::make_unique<char[]>(piece.size());
        std::memcpy(copy.get(), piece.data(), piece.size());
        std::string_view rest(copy.get(), piece.size());
        do {
            http::decoded got = decoder.decode(rest);
            CHECK((got.data.empty() ||
                   (got.data.data() >= copy.get() && got.data.data() + got.data.size() <= copy.get() + piece.size())));
            CHECK((got.state != body_state::data || !got.data.empty()));
            out.data += got.data;
            out.consumed += got.consumed;
            out.state = got.state;
            rest.remove_prefix(got.consumed);
        } while (out.state == body_state::data);
        if (out.state == body_state::need_more) CHECK(rest.empty());
    }
    if (out.state == body_state::refused) out.why = http::facts_of(decoder.why()).name;
    CHECK(decoder.received() == out.data.size());
    CHECK(decoder.complete() == (out.state == body_state::complete));
    return out;
}
outcome chunks(std::string_view bytes, const http::limits& bounds = http::default_limits) {
    outcome whole = read({kind::chunked, 0}, bytes, bytes.size() + 1, bounds);
    for (std::size_t step : {1U, 2U, 3U, 7U}) {
        outcome same = read({kind::chunked, 0}, bytes, step, bounds);
        CHECK(same.data == whole.data);
        CHECK(same.state == whole.state);
        CHECK(same.why == whole.why);
        CHECK(same.consumed == whole.consumed);
    }
    return whole;
}
}  // namespace

TEST_CASE("a body of fixed length ends where it said, and not a byte later") {
    for (std::size_t step : {1U, 2U, 5U, 100U}) {
        outcome got = read({kind::fixed, 5}, "helloGET /", step);
        CHECK(got.data == "hello");
        CHECK(got.state == body_state::complete);
        CHECK(got.consumed == 5);
    }
    CHECK(read({kind::fixed, 5}, "hell", 3).state == body_state::need_more);
    http::body_decoder none;
    CHECK(none.complete());
    CHECK_FALSE(none.start({}).has_value());
    http::decoded got = none.decode("GET /");
    CHECK(got.state == body_state::complete);
    CHECK(got.consumed == 0);
    CHECK(got.data.empty());
}

TEST_CASE("the rest of a body of fixed length is known") {
    http::body_decoder decoder;
    REQUIRE_FALSE(decoder.start({kind::fixed, 5}).has_value());
    CHECK(decoder.remaining() == 5);
    CHECK(decoder.decode("he").state == body_state::data);
    CHECK(decoder.remaining() == 3);
    CHECK(decoder.decode("").state == body_state::need_more);
    CHECK(decoder.decode("lloX").state == body_state::complete);
    CHECK(decoder.remaining() == 0);
    REQUIRE_FALSE(decoder.start({kind::chunked, 0}).has_value());
    CHECK_FALSE(decoder.remaining().has_value());
    CHECK(decoder.received() == 0);
}

TEST_CASE("chunks are joined, extensions and trailers dropped") {
    outcome got = chunks("5\r\nhello\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nTrailer: x\r\nHost: evil\r\n\r\nGET /");
    CHECK(got.data == "hello0123456789");
    CHECK(got.state == body_state::complete);
    CHECK(got.consumed == 60);
    CHECK(chunks("0\r\n\r\n").state == body_state::complete);
}

TEST_CASE("F4: a chunk size is 1 to 16 hexadecimal digits and nothing else") {
    for (auto bad :
         {"", "\r\n", "x", "g\r\n", "0x5\r\n", "+5\r\n", "-5\r\n", "_5\r\n", "5_0\r\n", " 5\r\n", "5 \r\n", "5\t;\r\n",
          "5h\r\n", ";\r\n", "00000000000000005\r\n", "10000000000000000\r\n", "\xb2\r\n", "5\n", "5\r\r\n"}) {
        if (std::string_view(bad).empty()) continue;
        CHECK_MESSAGE(chunks(bad).why == "bad_chunk_size", bad);
    }
    CHECK(chunks(std::string_view("5\0\r\n", 4)).why == "bad_chunk_size");
    CHECK(chunks("000000000000000F\r\n0123456789abcde\r\n0\r\n\r\n").data == "0123456789abcde");
    CHECK(chunks("ffffffffffffffff\r\n").why == "body_too_large");
    CHECK(chunks("1\r\nx\r\nffffffffffffffff\r\n").why == "body_too_large");
    CHECK(chunks("8000000000000000\r\n").why == "body_too_large");
}

TEST_CASE("F5: extensions are bounded, each line and all together, and hide no line end") {
    auto with_extension = [](std::size_t size) { return "1;" + std::string(size, 'e') + "\r\nx\r\n0\r\n\r\n"; };
    CHECK(chunks(with_extension(1021)).state == body_state::complete);  // 1, ;, 1021 and CR: 1024
    CHECK(chunks(with_extension(1022)).why == "chunk_line_too_long");
    std::string many;
    for (int i = 0; i < 5; ++i) many += "1;" + std::string(900, 'e') + "\r\nx\r\n";
    CHECK(chunks(many + "0\r\n\r\n").why == "chunk_line_too_long");
    CHECK(chunks("1;a\nx\r\n").why == "bad_chunk_extension");
    CHECK(chunks("1;a\r0\n").why == "bad_chunk_size");
    CHECK(chunks("1;a\r\r\n").why == "bad_chunk_size");
    CHECK(chunks(std::string_view("1;\0\r\n", 5)).why == "bad_chunk_extension");
    CHECK(chunks("1;\x7f\r\n").why == "bad_chunk_extension");
}

TEST_CASE("F6: behind the data of a chunk stands CR LF") {
    for (auto bad : {"5\r\nhelloXX", "5\r\nhello\n", "5\r\nhello0\r\n", "5\r\nhello\r0", "5\r\nhello\r\r\n",
                     "4\r\nhello\r\n", "1\r\n\r\n\r"}) {
        if (std::string_view(bad) == "1\r\n\r\n\r") continue;
        CHECK_MESSAGE(chunks(bad).why == "bad_chunk_end", bad);
    }
    CHECK(chunks("6\r\nhello\r\n0\r\n\r\n").why == "bad_chunk_end");
}

TEST_CASE("F21: trailers are checked, bounded, and never seen again") {
    for (auto bad : {"0\r\nX\r\n", "0\r\n: v\r\n", "0\r\nX : v\r\n", "0\r\n X: v\r\n", "0\r\nX: v\n", "0\r\nX: a\rb",
                     "0\r\nX: \x01\r\n", "0\r\n\n", "0\r\n\r\r\n"})
        CHECK_MESSAGE(chunks(bad).why == "bad_trailer", bad);
    http::limits bounds;
    bounds.trailer_bytes = 10;
    bounds.trailers = 2;
    CHECK(chunks("0\r\nX: 3456\r\n\r\n", bounds).why == "trailers_too_large");
    CHECK(chunks("0\r\nX: 345\r\n\r\n", bounds).state == body_state::complete);
    CHECK(chunks("0\r\na:\r\nb:\r\n\r\n", bounds).state == body_state::complete);
    bounds.trailer_bytes = 100;
    CHECK(chunks("0\r\na:\r\nb:\r\nc:\r\n\r\n", bounds).why == "trailers_too_large");
}

TEST_CASE("D4: the bound on the body holds for both framings, and before the data is read") {
    http::limits bounds;
    bounds.body_bytes = 8;
    CHECK(read({kind::fixed, 8}, "12345678", 3, bounds).state == body_state::complete);
    CHECK(read({kind::fixed, 9}, "123456789", 3, bounds).why == "body_too_large");
    CHECK(read({kind::fixed, UINT64_MAX}, "", 3, bounds).why == "body_too_large");
    CHECK(chunks("8\r\n12345678\r\n0\r\n\r\n", bounds).state == body_state::complete);
    CHECK(chunks("9\r\n", bounds).why == "body_too_large");
    CHECK(chunks("5\r\n12345\r\n4\r\n", bounds).why == "body_too_large");
    http::body_decoder decoder;  // a route's own bound
    CHECK(decoder.start({kind::fixed, 8}, bounds, 7) == refusal::body_too_large);
    CHECK_FALSE(decoder.start({kind::fixed, 80}, bounds, 100).has_value());
}

TEST_CASE("D6: framing may not outweigh the data for long") {
    std::string tiny;
    for (int i = 0; i < 5000; ++i) tiny += "1\r\nx\r\n";
    outcome got = read({kind::chunked, 0}, tiny, 1000);
    CHECK(got.why == "chunk_overhead");
    CHECK(got.data.size() < 5000);
    std::string fair;
    for (int i = 0; i < 5000; ++i) fair += "8\r\n12345678\r\n";
    CHECK(read({kind::chunked, 0}, fair + "0\r\n\r\n", 1000).state == body_state::complete);
    // A large chunk that is only announced does not pay for small ones.
    CHECK(read({kind::chunked, 0}, tiny.substr(0, 4095 * 6) + "ffff\r\n", 1000).why == "chunk_overhead");
}

TEST_CASE("F20: after a refusal nothing is decoded") {
    http::body_decoder decoder;
    REQUIRE_FALSE(decoder.start({kind::chunked, 0}).has_value());
    CHECK(decoder.decode("zz").state == body_state::refused);
    http::decoded got = decoder.decode("5\r\nhello\r\n0\r\n\r\n");
    CHECK(got.state == body_state::refused);
    CHECK(got.consumed == 0);
    CHECK(got.data.empty());
    CHECK(decoder.why() == refusal::bad_chunk_size);
}

TEST_CASE("D18: no number on the wire throws, however large") {
    for (auto text : {"ffffffffffffffffffffffffffff", "99999999999999999999999", "-", "", "0x"})
        CHECK(read({kind::chunked, 0}, std::string(text) + "\r\n", 4).state == body_state::refused);
}
