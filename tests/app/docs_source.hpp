// docs_source: what must hold of every piece of the page /docs, whichever language it is written in.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <string_view>

namespace coracle {

inline bool holds(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// The piece talks to nobody, makes no HTML of text, and comes out of the single header as it went in.
inline void check_docs_source(std::string_view text, std::size_t most) {
    CHECK(text.size() < most);
    CHECK(text.starts_with(text.starts_with("'use strict'") ? "'" : "\n"));
    CHECK(text.ends_with("\n"));
    for (std::string_view barred : {"innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(",
                                    "new Function", "import(", "@import", "@font-face", "src=", "</script", "</style",
                                    "<!--", "\t", "\r", " \n", "\n\n\n", "\n#include", "\n#pragma"}) {
        CAPTURE(barred);
        CHECK_FALSE(holds(text, barred));
    }
    // The name space of SVG is a name, not an address.
    for (std::size_t at = text.find("://"); at != text.npos; at = text.find("://", at + 1))
        CHECK(text.substr(at - 4, 26) == "http://www.w3.org/2000/svg");
    for (char c : text) CHECK(c != '\0');
}

}  // namespace coracle
