#include <coracle/json/email.hpp>

#include <doctest/doctest.h>

#include <coracle/json/decode.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/json/write.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

// What email-validator 2.4 takes, as pydantic calls it. What it says of the others stands in message_table.cpp.
TEST_CASE("what people type is taken, with the domain in lower case") {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"a@b.c", "a@b.c"},
        {"A@B.Com", "A@b.com"},
        {" a@b.com ", "a@b.com"},
        {"a+tag@b.com", "a+tag@b.com"},
        {"o'n@b.com", "o'n@b.com"},
        {"a!#$%&*/=?^_`{|}~-@b.com", "a!#$%&*/=?^_`{|}~-@b.com"},
        {"a.b-c@d-e.f-g.com", "a.b-c@d-e.f-g.com"},
        {"\xC3\xBC@b.com", "\xC3\xBC@b.com"},
        {"a@xn--bcher-kva.de", "a@xn--bcher-kva.de"},
        {"a@b.c-d", "a@b.c-d"},
        {"a@example.com", "a@example.com"},
    };
    for (auto [text, taken] : rows) {
        CAPTURE(text);
        auto one = email::parse(text);
        REQUIRE(one);
        CHECK(one->text() == taken);
    }
    CHECK(email("ada@Example.com").local() == "ada");
    CHECK(email("ada@Example.com").domain() == "example.com");
    CHECK(email().empty());
    CHECK(email().domain() == "");
    CHECK(email::parse(std::string(64, 'a') + "@b.com"));
    CHECK(email::parse("a@" + std::string(63, 'b') + ".com"));
}

TEST_CASE("what would not arrive, or not be what it looks like, is refused") {
    for (std::string_view text : {"",
                                  "@",
                                  "a",
                                  "a@",
                                  "@b.c",
                                  "a@b",
                                  "a@b@c.d",
                                  "a@b..c",
                                  "a..b@c.d",
                                  ".a@b.c",
                                  "a.@b.c",
                                  "a@.b.c",
                                  "a@b.c.",
                                  "a@-b.c",
                                  "a@b-.c",
                                  "a@b.c1",
                                  "a@1.2.3.4",
                                  "a@[1.2.3.4]",
                                  "\"a\"@b.c",
                                  "a b@c.d",
                                  "a@b c.d",
                                  "a@b.local",
                                  "a@localhost",
                                  "Ada <a@b.c>",
                                  "<a@b.c>",
                                  "a@b.c,d@e.f",
                                  "a\r\nBcc: x@y.z@b.c",
                                  "a@b.c\n",
                                  "a@b.c\r\nX: y",
                                  "a\xE2\x80\x8B@b.c",
                                  "a\xE2\x80\xAE@b.c",
                                  "a\xFF@b.c",
                                  "a@b\xC3\xBC.de",
                                  "a@ab--c.de"})
        CHECK_MESSAGE(!email::parse(text), text);
    CHECK(!email::parse(std::string(64, 'a') + "@" + std::string(63, 'b') + "." + std::string(63, 'c') + "." +
                        std::string(60, 'd') + ".com"));
    CHECK(!email::parse(std::string(100'000, 'a') + "@b.c"));
    CHECK_THROWS_WITH_AS(email("x"), doctest::Contains("An email address must have an @-sign."), std::invalid_argument);
}

TEST_CASE("in JSON it is a string, in OpenAPI an email") {
    std::vector<validation_issue> issues;
    auto one = read_json_text<std::vector<email>>(R"(["a@B.c"])", issues);
    REQUIRE(one);
    CHECK(to_json_text(*one) == R"(["a@b.c"])");
    schema_components named;
    CHECK(schema_of<email>(named).dump() == R"({"type":"string","format":"email"})");
}
