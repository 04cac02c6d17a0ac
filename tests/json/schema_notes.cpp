#include <doctest/doctest.h>

#include <coracle/json/schema_notes.hpp>
#include <coracle/json/write.hpp>

#include <array>

using namespace coracle;

namespace {
struct point {
    int x = 0;
    int y = 0;
};
}  // namespace

TEST_CASE("a note collects words, and examples one by one") {
    schema_note note;
    CHECK(note.words().empty());
    note.title("T").description("D").example(1).example("two").deprecated().set("format", "email").title("U");
    CHECK(note.words().dump() ==
          R"({"title":"U","description":"D","examples":[1,"two"],"deprecated":true,"format":"email"})");
}

TEST_CASE("a member is found by its address") {
    point object;
    const std::array<const void*, 2> members{&object.x, &object.y};
    schema_notes<point> notes(&object, members);
    notes.field(&point::y).description("up");
    CHECK(notes.field(0).words().empty());
    CHECK(notes.field(1).words().dump() == R"({"description":"up"})");
    CHECK(notes.whole().is_null());
    notes.is({{"type", "array"}});
    CHECK(notes.whole().dump() == R"({"type":"array"})");
}
