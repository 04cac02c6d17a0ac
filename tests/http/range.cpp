#include <coracle/base/random_sequence.hpp>
#include <coracle/http/range.hpp>

#include <doctest/doctest.h>

#include <bitset>
#include <ostream>
#include <cstdint>
#include <string>
#include <string_view>

using namespace coracle;
using http::range_answer;
using http::range_set;

namespace {

/// "0+500 900+100", or what the answer is instead.
std::string ranges(std::string_view field, std::uint64_t size = 1000) {
    range_set set(field, size);
    switch (set.answer()) {
        case range_answer::whole:
            return "whole";
        case range_answer::unsatisfiable:
            return "unsatisfiable";
        case range_answer::malformed:
            return "malformed";
        default:
            break;
    }
    std::string text;
    for (const http::byte_range& each : set) {
        if (!text.empty()) text += ' ';
        text += std::to_string(each.first) + '+' + std::to_string(each.length);
    }
    return text;
}

TEST_CASE("a range is a first and a last byte, an open end, or the last bytes") {
    CHECK(ranges("bytes=0-499") == "0+500");
    CHECK(ranges("bytes=500-999") == "500+500");
    CHECK(ranges("bytes=500-") == "500+500");
    CHECK(ranges("bytes=-1") == "999+1");
    CHECK(ranges("bytes=0-0") == "0+1");
    CHECK(ranges("BYTES= 0-0 ") == "0+1");
    CHECK(ranges("bytes=0-0 , -1") == "0+1 999+1");
}

TEST_CASE("a range beyond the end is cut, and one behind it is not there") {
    CHECK(ranges("bytes=990-2000") == "990+10");
    CHECK(ranges("bytes=-2000") == "0+1000");
    CHECK(ranges("bytes=1000-") == "unsatisfiable");
    CHECK(ranges("bytes=-0") == "unsatisfiable");
    CHECK(ranges("bytes=1000-1001,0-0") == "0+1");
}

TEST_CASE("nothing has no first byte, and its last bytes are all of it") {
    CHECK(ranges("bytes=0-", 0) == "unsatisfiable");
    CHECK(ranges("bytes=0-0", 0) == "unsatisfiable");
    CHECK(ranges("bytes=-5", 0) == "whole");
    CHECK(ranges("bytes=-0", 0) == "unsatisfiable");
}

TEST_CASE("ranges are sorted, and joined where they touch") {
    CHECK(ranges("bytes=500-599,0-99") == "0+100 500+100");
    CHECK(ranges("bytes=0-99,100-199") == "0+200");
    CHECK(ranges("bytes=0-99,101-199") == "0+100 101+99");
    CHECK(ranges("bytes=10-20,40-50,0-45") == "0+51");
    CHECK(ranges("bytes=10-20,40-50,60-70,15-45") == "10+41 60+11");
    CHECK(ranges("bytes=0-,0-,0-") == "0+1000");
}

TEST_CASE("what is no range is refused, and another unit is nobody's business") {
    for (const char* bad : {"bytes=", "bytes", "", "=", "bytes=,", "bytes=-", "bytes=1", "bytes=a-b", "bytes=2-1",
                            "bytes=0-1;", "bytes=0--1", "bytes=1-2-3", "bytes=0x0-1", "bytes=+1-2", "bytes=0-1,x"})
        CHECK_MESSAGE(ranges(bad) == (std::string_view(bad) == "=" ? "whole" : "malformed"), bad);
    CHECK(ranges("items=0-1") == "whole");
    CHECK(ranges("seconds=x") == "whole");
}

TEST_CASE("D15: digits are ASCII, and numbers that no 64 bits hold are beyond every file") {
    CHECK(ranges("bytes=\xd9\xa0-\xd9\xa1") == "malformed");
    CHECK(ranges("bytes=0-99999999999999999999999") == "0+1000");
    CHECK(ranges("bytes=18446744073709551616-") == "unsatisfiable");
    CHECK(ranges("bytes=18446744073709551615-18446744073709551615", ~std::uint64_t{0}) == "unsatisfiable");
    CHECK(ranges("bytes=-18446744073709551616") == "0+1000");
    CHECK(ranges("bytes=1-18446744073709551617") == "1+999");
    CHECK(ranges("bytes=0-", ~std::uint64_t{0}) == "0+18446744073709551615");
    CHECK(ranges("bytes=9223372036854775807-9223372036854775808", ~std::uint64_t{0}) == "9223372036854775807+2");
}

TEST_CASE("D15: sixteen ranges are served, and for more there is the whole") {
    std::string field = "bytes=0-0";
    for (int i = 1; i < 16; ++i) field += ',' + std::to_string(i * 2) + '-' + std::to_string(i * 2);
    CHECK(range_set(field, 1000).size() == 16);
    CHECK(ranges(field + ",40-40") == "whole");
    CHECK(ranges(field + ",0-0") == "whole");
    std::string many = "bytes=";
    for (int i = 0; i < 100000; ++i) many += "0-,";  // CVE-2011-3192
    CHECK(ranges(many) == "whole");
}

TEST_CASE("what is put together has the bytes that were asked for, each once and in order") {
    random_sequence dice(7);
    for (int round = 0; round < 20000; ++round) {
        std::uint64_t size = 1 + dice.below(60);
        std::bitset<64> wanted;
        std::string field = "bytes=";
        for (std::uint64_t n = 1 + dice.below(16); n-- > 0;) {
            std::uint64_t first = dice.below(70), last = first + dice.below(12);
            if (dice.percent(15)) {
                field += '-' + std::to_string(last);
                for (std::uint64_t i = last < size ? size - last : 0; i < size; ++i) wanted.set(i);
            } else {
                bool open = dice.percent(5);
                field += std::to_string(first) + '-' + (open ? "" : std::to_string(last));
                for (std::uint64_t i = first; i < size && (open || i <= last); ++i) wanted.set(i);
            }
            field += n ? "," : "";
        }
        range_set set(field, size);
        std::bitset<64> got;
        std::uint64_t before = 0;
        for (const http::byte_range& each : set) {
            CHECK((each.length > 0 && each.end() <= size));
            CHECK((before == 0 || each.first > before));  // not even touching
            before = each.end();
            for (std::uint64_t i = each.first; i < each.end(); ++i) got.set(i);
        }
        CHECK_MESSAGE(got == wanted, field);
        CHECK(set.answer() == (wanted.any() ? range_answer::parts : range_answer::unsatisfiable));
    }
}

}  // namespace
