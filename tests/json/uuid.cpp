#include <doctest/doctest.h>

#include <coracle/json/decode.hpp>
#include <coracle/json/uuid.hpp>
#include <coracle/json/write.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace coracle;

namespace {

constexpr std::string_view text = "12345678-1234-5678-1234-567812345678";

std::string reason(std::string_view bad) {
    text_problem why;
    CHECK(!from_text<uuid>(bad, why));
    CHECK(why.type == "uuid_parsing");
    REQUIRE(why.ctx.is_object());
    std::string error = why.ctx["error"].as_string();
    CHECK(why.msg == "Input should be a valid UUID, " + error);
    return error;
}

}  // namespace

TEST_CASE("the forms of a UUID") {
    std::optional<uuid> value = uuid::parse(text);
    REQUIRE(value);
    CHECK(value->to_text() == text);
    for (std::string_view same : {"12345678123456781234567812345678", "urn:uuid:12345678-1234-5678-1234-567812345678",
                                  "{12345678-1234-5678-1234-567812345678}"})
        CHECK(uuid::parse(same) == value);
    CHECK(uuid::parse("ABCDEFAB-1234-5678-1234-567812345678")->to_text() == "abcdefab-1234-5678-1234-567812345678");
    static_assert(uuid::parse("67e55044-10b1-426f-9247-bb680e5fe0c8")->bytes()[15] == 0xC8);
}

// What pydantic 2.14.4 answers.
TEST_CASE("what is wrong with one is told") {
    CHECK(reason("") == "invalid length: found 0");
    CHECK(reason("x") == "invalid character: found `x` at 0");
    CHECK(reason("1234") == "invalid length: found 4");
    CHECK(reason("1234567812345678123456781234567") == "invalid length: found 31");
    CHECK(reason("123456781234567812345678123456789") == "invalid length: found 33");
    CHECK(reason("1234567812345678123456781234567g") == "invalid character: found `g` at 31");
    CHECK(reason("\xC3\xBC"
                 "2345678-1234-5678-1234-567812345678") == "invalid character: found `\xC3\xBC` at 0");
    CHECK(reason("12345678_1234_5678_1234_567812345678") == "invalid character: found `_` at 8");
    CHECK(reason(" 12345678-1234-5678-1234-567812345678 ") == "invalid character: found ` ` at 0");
    CHECK(reason("URN:UUID:12345678-1234-5678-1234-567812345678") == "invalid character: found `U` at 0");
    CHECK(reason("uuid:12345678-1234-5678-1234-567812345678") == "invalid character: found `u` at 0");
    CHECK(reason("{12345678-1234-5678-1234-567812345678") == "invalid character: found `{` at 0");
    CHECK(reason("}12345678-1234-5678-1234-567812345678{") == "invalid character: found `}` at 0");
    CHECK(reason("{12345678123456781234567812345678}") == "invalid group count: expected 5, found 1");
    CHECK(reason("urn:uuid:12345678123456781234567812345678") == "invalid group count: expected 5, found 1");
    CHECK(reason("urn:uuid:") == "invalid group count: expected 5, found 1");
    CHECK(reason("{}") == "invalid group count: expected 5, found 1");
    CHECK(reason("12345678-1234-5678-1234") == "invalid group count: expected 5, found 4");
    CHECK(reason("12345678-1234-5678-1234-567812345678-1") == "invalid group count: expected 5, found 6");
    CHECK(reason("12345678--1234-5678-1234-567812345678") == "invalid group count: expected 5, found 6");
    CHECK(reason("-----") == "invalid group count: expected 5, found 6");
    CHECK(reason("----") == "invalid group length in group 0: expected 8, found 0");
    CHECK(reason("12345678-1234-5678-1234-") == "invalid group length in group 4: expected 12, found 0");
    CHECK(reason("12345678-1234-5678-1234-56781234567") == "invalid group length in group 4: expected 12, found 11");
    CHECK(reason("12345678-1234-5678-1234-5678123456789") == "invalid group length in group 4: expected 12, found 13");
    CHECK(reason("1234567-81234-5678-1234-567812345678") == "invalid group length in group 0: expected 8, found 7");
    CHECK(reason("12345678-1234-5678-12345-67812345678") == "invalid group length in group 3: expected 4, found 5");
    CHECK(reason("urn:uuid:{12345678-1234-5678-1234-567812345678}") == "invalid length: found 47");
}

TEST_CASE("in JSON it is a text") {
    std::vector<validation_issue> issues;
    auto list = read_json_text<std::vector<uuid>>("[\"12345678123456781234567812345678\"]", issues, "body");
    REQUIRE(list);
    CHECK(to_json_text(*list) == "[\"" + std::string(text) + "\"]");
    CHECK(json(list->front()).dump() == "\"" + std::string(text) + "\"");
    CHECK(!read_json_text<uuid>("5", issues, "body"));
    CHECK(issues.back().type == "uuid_type");
    CHECK(issues.back().msg == "UUID input should be a string, bytes or UUID object");
    CHECK(!read_json_text<uuid>("\"x\"", issues, "body"));
    CHECK(issues.back().input == "x");
}

TEST_CASE("sixteen random bytes make one of version 4") {
    std::array<std::uint8_t, 16> bytes;
    bytes.fill(0xFF);
    uuid made = uuid::version_4(bytes);
    CHECK(made.to_text() == "ffffffff-ffff-4fff-bfff-ffffffffffff");
    CHECK(made.version() == 4);
    CHECK(uuid().is_nil());
    CHECK(uuid() < made);
    CHECK(uuid().to_text() == "00000000-0000-0000-0000-000000000000");
    static_assert(scalar<uuid> && std::is_trivially_copyable_v<uuid> && sizeof(uuid) == 16);
}
