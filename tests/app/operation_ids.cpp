#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/operation_ids.hpp>

#include <stdexcept>
#include <string>

using namespace coracle;

namespace {

auto nothing = []() -> task<> { co_return; };

std::string ids(app& of) {
    of.freeze();
    std::string out;
    for (const std::string& each : operation_ids(of.routes())) out += each + " ";
    return out;
}
app bare() { return app({.openapi_url = ""}); }

}  // namespace

TEST_CASE("an id is made of method and path") {
    app told = bare();
    told.get("/", nothing).get("/items/{id}", [](int) -> task<> { co_return; }).post("/a-b/c.d/", nothing);
    CHECK(ids(told) == "get_root get_items_id post_a_b_c_d ");
}

TEST_CASE("or it is the name of the route, or what the route says") {
    app told = bare();
    told.get("/a", {.name = "shop:all"}, nothing).get("/b", {.operation_id = "listAll"}, nothing);
    CHECK(ids(told) == "shop_all listAll ");
}

TEST_CASE("several methods are told apart") {
    app told = bare();
    told.route({"GET", "POST"}, "/a", {.name = "both"}, nothing).route({"PUT", "PATCH"}, "/b", nothing);
    CHECK(ids(told) == "both_get both_post put_b patch_b ");
}

TEST_CASE("what is made gives way to what was said, wherever that stands") {
    app told = bare();
    told.get("/a/b", nothing).get("/a_b", nothing).get("/c", {.name = "d"}, nothing).post("/c", {.name = "d"}, nothing);
    told.get("/e", {.operation_id = "get_a_b"}, nothing);
    CHECK(ids(told) == "get_a_b_2 get_a_b_3 d post_c get_a_b ");
}

TEST_CASE("routes that are not in the document have no id") {
    app told = bare();
    told.get("/a", {.operation_id = "a", .include_in_schema = false}, nothing)
        .get("/b", {.operation_id = "a"}, nothing);
    CHECK(ids(told) == " a ");
}

TEST_CASE("two routes that say the same id are an error before the server starts") {
    app told;
    told.get("/a", {.operation_id = "same"}, nothing).post("/b", {.operation_id = "same"}, nothing);
    CHECK_THROWS_WITH_AS(told.freeze(),
                         "coracle: two routes have the operation id 'same', the second is POST /b; say another in its "
                         ".operation_id",
                         std::logic_error);
}
