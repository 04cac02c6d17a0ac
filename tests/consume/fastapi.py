#!/usr/bin/env python3
# Makes one program of the C++ snippets under "Coming from FastAPI" in examples/README.md: each an app of its own.
"""usage: tests/consume/fastapi.py README.md PROGRAM.cpp

A snippet is declarations, then, from the first line that begins with `app.` or `router ` on, statements about an app.
One with a main() is a program as it stands. The program registers the routes of each, and fails when one is refused.
"""

import pathlib
import re
import sys

# GCC lets a main file have types without linkage; behind #line it does not know that this is one.
HEAD = """// Made by tests/consume/fastapi.py from examples/README.md.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif
#include <coracle.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace coracle;
"""


def snippets(text):
    """The name and the lines of each C++ snippet of the section, with the number of its first line."""
    inside, title, taken = False, "", None
    for number, line in enumerate(text.splitlines(), 1):
        if taken is not None:
            if line == "```":
                yield title, taken[0], taken[1:]
                taken = None
            else:
                taken.append(line)
        elif line.startswith("## "):
            inside = line == "## Coming from FastAPI"
        elif inside and line.startswith("### "):
            title = line[4:]
        elif inside and line == "```cpp":
            taken = [number + 1]


def program(text):
    """The source, and how many snippets are in it."""
    parts, calls = [HEAD], []
    for index, (title, number, lines) in enumerate(snippets(text)):
        # So that the compiler's words point at the page.
        place = f'#line {number} "examples/README.md"'
        if any("int main(" in line for line in lines):
            lines = ["" if line.startswith(("#include", "using namespace coracle;")) else line for line in lines]
            parts += [f"namespace snippet_{index} {{", place, *lines, "}"]
            continue
        cut = next((n for n, line in enumerate(lines) if re.match(r"app\.|router ", line)), len(lines))
        parts += [f"namespace snippet_{index} {{", place, *lines[:cut], "static void serve(app& app) {"]
        parts += [f'#line {number + cut} "examples/README.md"', *lines[cut:], "}", "}"]
        calls.append(f'    {{"{title}", snippet_{index}::serve}},')
    parts += [
        "int main() {",
        "    // The directories that they serve.",
        '    std::filesystem::path here = std::filesystem::temp_directory_path() / "coracle-fastapi";',
        '    for (const char* each : {"public", "dist"}) std::filesystem::create_directories(here / each);',
        "    std::filesystem::current_path(here);",
        "    struct { const char* title; void (*serve)(coracle::app&); } all[] = {",
        *calls,
        "    };",
        "    int failed = 0;",
        "    for (auto& [title, serve] : all) try {",
        "        coracle::app app;",
        "        serve(app);",
        "        app.freeze();",
        "    } catch (const std::exception& error) {",
        '        std::printf("%s: %s\\n", title, error.what());',
        "        ++failed;",
        "    }",
        "    return failed != 0;",
        "}",
    ]
    return "\n".join(parts) + "\n", len(calls)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, count = program(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    if not count:
        sys.exit(f"{sys.argv[1]}: has no snippet under '## Coming from FastAPI'")
    pathlib.Path(sys.argv[2]).write_text(source, encoding="utf-8")
