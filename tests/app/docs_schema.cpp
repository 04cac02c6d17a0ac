#include <doctest/doctest.h>

#include <coracle/app/docs_schema.hpp>

#include <app/docs_source.hpp>

using namespace coracle;

TEST_CASE(
    "what the page knows of schemas follows no reference out of the document, and ends where a schema contains "
    "itself") {
    check_docs_source(detail::docs_schema, 12000);
    CHECK(holds(detail::docs_schema, "startsWith('#/')"));
    CHECK(holds(detail::docs_schema, "hops < 50"));
}
