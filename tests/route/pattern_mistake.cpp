#include <doctest/doctest.h>

#include <coracle/route/pattern_mistake.hpp>

#include <set>
#include <string>

using namespace coracle::route;

TEST_CASE("every mistake has a sentence of its own, and none has none") {
    CHECK_NOTHROW(tell_mistake("/x", pattern_mistake::none));
    std::set<std::string> sentences;
    for (int n = 1; n <= static_cast<int>(pattern_mistake::same_name); ++n) {
        try {
            tell_mistake("/x", static_cast<pattern_mistake>(n));
            FAIL("mistake ", n, " is not told");
        } catch (const pattern_error& error) {
            std::string text = error.what();
            CHECK(text.starts_with("coracle: the route '/x' is wrong: "));
            CHECK(sentences.insert(text).second);
        }
    }
}
