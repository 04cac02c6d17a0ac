#include <doctest/doctest.h>

#include <coracle/app/docs_request.hpp>

#include <app/docs_source.hpp>

using namespace coracle;

TEST_CASE("the page quotes what it writes for a shell, and shows only so much of an endless answer") {
    check_docs_source(detail::docs_request, 14000);
    CHECK(holds(detail::docs_request, R"(replaceAll("'", "'\\''"))"));
    CHECK(holds(detail::docs_request, "count > most"));
}
