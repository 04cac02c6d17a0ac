#include <doctest/doctest.h>

#include <coracle/app/docs_elements.hpp>

#include <app/docs_source.hpp>

using namespace coracle;

TEST_CASE("the page's words make elements one by one, and follow no address but http, https and mailto") {
    check_docs_source(detail::docs_elements, 8000);
    CHECK(holds(detail::docs_elements, "createElement"));
    CHECK(holds(detail::docs_elements, "/^(https?|mailto):$/"));
    CHECK(holds(detail::docs_elements, "noopener noreferrer"));
}
