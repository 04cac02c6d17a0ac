#include <doctest/doctest.h>

#include <coracle/app/docs_controls.hpp>

#include <app/docs_source.hpp>

using namespace coracle;

TEST_CASE("credentials are kept in the tab alone, and the keys are those that the page names") {
    check_docs_source(detail::docs_controls, 10000);
    CHECK_FALSE(holds(detail::docs_controls, "localStorage.setItem('coracle theme', given"));
    for (std::string_view key : {"'/'", "'Enter'", "'Escape'"}) CHECK(holds(detail::docs_controls, key));
}
