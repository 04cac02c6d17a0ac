#include <coracle/server/routes_table.hpp>

#include <doctest/doctest.h>

using namespace coracle;

TEST_CASE("a table is as wide as it must be, and leaves out what nobody has") {
    CHECK(server::routes_table({{"GET", "/", "", "200", ""}, {"DELETE", "/users/{id}", "", "204", ""}}) ==
          "METHOD  PATH         STATUS\n"
          "GET     /            200\n"
          "DELETE  /users/{id}  204\n");
    CHECK(server::routes_table({{"GET", "/a", "one", "200", "x, y"}, {"GET", "/b", "", "200", ""}}) ==
          "METHOD  PATH  NAME  STATUS  TAGS\n"
          "GET     /a    one   200     x, y\n"
          "GET     /b          200\n");
    CHECK(server::routes_table({}) == "METHOD  PATH  NAME  STATUS  TAGS\n");
}
