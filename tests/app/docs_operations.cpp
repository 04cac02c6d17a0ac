#include <doctest/doctest.h>

#include <coracle/app/docs_operations.hpp>

#include <app/docs_source.hpp>

using namespace coracle;

TEST_CASE("the list says to those who hear it what is unfolded") {
    check_docs_source(detail::docs_operations, 20000);
    CHECK(holds(detail::docs_operations, "aria-expanded"));
    CHECK(holds(detail::docs_operations, "aria-controls"));
}
