#include <doctest/doctest.h>

#include <coracle/app/validation_error.hpp>

#include <type_traits>

using namespace coracle;

TEST_CASE("issues are FastAPI's objects, ctx only where there is one") {
    validation_error error(
        {{"missing", json::array({"query", "name"}), "Field required", {}, {}},
         {"less_than", json::array({"body", "items", 2}), "Input should be less than 3", 7, json{{"lt", 3}}}});
    json wanted = json::array({json{{"type", "missing"},
                                    {"loc", json::array({"query", "name"})},
                                    {"msg", "Field required"},
                                    {"input", nullptr}},
                               json{{"type", "less_than"},
                                    {"loc", json::array({"body", "items", 2})},
                                    {"msg", "Input should be less than 3"},
                                    {"input", 7},
                                    {"ctx", json{{"lt", 3}}}}});
    CHECK(error.detail() == wanted);
    CHECK(error.issues().size() == 2);
    static_assert(std::is_nothrow_copy_constructible_v<validation_error>);
}
