#include <doctest/doctest.h>

#include <coracle/app/docs_style.hpp>

#include <app/docs_source.hpp>

using namespace coracle;

TEST_CASE("the style knows light and dark, paper, a phone, and eyes that motion hurts") {
    check_docs_source(detail::docs_style, 14000);
    CHECK_FALSE(holds(detail::docs_style, "url("));
    for (std::string_view word : {"light-dark(", "[data-theme=dark]", "@media print", "prefers-reduced-motion",
                                  "forced-colors", ":focus-visible", "max-width: 44rem"})
        CHECK(holds(detail::docs_style, word));
}
