#include <doctest/doctest.h>

#include <coracle/base/escape_html.hpp>

using namespace coracle;

TEST_CASE("W9: what has a meaning in HTML loses it") {
    CHECK(escape_html("<a href=\"x\" title='y'>&amp;</a>") ==
          "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
    CHECK(escape_html(std::string_view("a\0b", 3)) ==
          "a\xEF\xBF\xBD"
          "b");
    CHECK(escape_html("") == "");
    CHECK(escape_html("plain \xC3\xA9 \n") == "plain \xC3\xA9 \n");
}
