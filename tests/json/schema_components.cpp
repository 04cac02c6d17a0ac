#include <doctest/doctest.h>

#include <coracle/json/schema_components.hpp>
#include <coracle/json/write.hpp>

using namespace coracle;

TEST_CASE("a component without a type is told once") {
    schema_components named;
    json one = named.refer("problem", json{{"type", "object"}});
    json two = named.refer("problem", json{{"type", "object"}});
    CHECK(one == two);
    CHECK(named.find(one)->dump() == R"({"type":"object"})");
    CHECK(named.sorted().size() == 1);
    json other = named.refer("problem", json{{"type", "string"}});
    CHECK(other.dump() == R"({"$ref":"#/components/schemas/problem_2"})");
}

TEST_CASE("what is no reference leads nowhere") {
    schema_components named;
    named.refer("a", json::object());
    CHECK(named.find(json::object()) == nullptr);
    CHECK(named.find(json{{"$ref", 1}}) == nullptr);
    CHECK(named.find(json{{"$ref", "#/components/schemas/b"}}) == nullptr);
}
