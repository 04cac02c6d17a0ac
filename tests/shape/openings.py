# Furniture: the first line of a file says its purpose; headers have #pragma once behind it; text is plain.
import re

from tree import Problem

LAW = "a file opens with its purpose, and its text is plain: 120 columns, spaces, a newline at the end"

COMMENT = {".hpp": "//", ".cpp": "//", ".py": "#", "meson.build": "#", "run": "#", "rooms.txt": "#"}
TEXT = (".hpp", ".cpp", ".h", ".py", "meson.build", ".md", ".txt", ".sh", "/run")
# Test data says exactly which bytes it holds.
DATA = ("tests/fuzz/corpus/", "tests/http/wire/", "tests/json/")


def check(tree):
    for path in tree.paths:
        if path.startswith(DATA) or path == "single_include/coracle.hpp" or not path.endswith(TEXT):
            continue
        text = tree.read(path)
        lines = text.splitlines()
        first = lines[1:2] if lines and lines[0].startswith("#!") else lines[:1]
        mark = next((mark for ending, mark in COMMENT.items() if path.endswith(ending)), None)
        if _is_named_by_its_place(path):
            mark = None
        if mark and not re.match(re.escape(mark) + r" \S.*\s\S", first[0] if first else ""):
            yield Problem(
                path,
                1,
                "does not open with its purpose",
                f"make the first line a sentence: `{mark} noun: what it is for.`",
            )
        if path.endswith(".hpp") and path.startswith("include/"):
            rest = next((line for line in lines if line and not line.startswith("//")), "")
            if rest != "#pragma once":
                remedy = "put it there, before the includes"
                yield Problem(path, 1, "has no #pragma once behind its opening comment", remedy)
            for number, line in enumerate(lines, 1):
                # The literals, so that `using namespace coracle` is enough for sleep(2s).
                if re.match(r"using\s+namespace\b(?! std::\w*literals;)", line):
                    yield Problem(
                        path, number, "using namespace in a header", "name what you use; users' names are theirs"
                    )
        for number, line in enumerate(lines, 1):
            if len(line) > 120 and path.endswith((".hpp", ".cpp", ".py", "meson.build")):
                yield Problem(
                    path, number, f"is {len(line)} columns wide", "break the line at 120; clang-format does it"
                )
            if "\t" in line:
                yield Problem(path, number, "has a tab", "indent by four spaces; in a literal write \\t")
            if line.endswith((" ", "\r")):
                yield Problem(path, number, "has white space at the end of the line", "delete it")
        if text and not text.endswith("\n"):
            yield Problem(path, len(lines), "does not end with a newline", "add it")


def _is_named_by_its_place(path):
    """Whether the path says the purpose: a header's test, or a refused program, whose first line is its message."""
    return path.startswith("tests/shape/must_not_compile/") or re.fullmatch(
        r"tests/(?!fuzz|bench|shape|consume)\w+/(?:\w+\.cpp|meson\.build)", path
    )


def _header(text):
    return {"include/coracle/base/a.hpp": text}


GOOD = [
    _header("// a: what it is for.\n// RFC 1.\n#pragma once\n"),
    {"tests/base/a.cpp": "#include <coracle/base/a.hpp>\n", "tests/base/meson.build": "sources = files()\n"},
    _header("// a: what it is for.\n#pragma once\nusing namespace std::chrono_literals;\n"),
    {
        "tests/shape/must_not_compile/x.cpp": "// expect: no\n",
        "tests/x.py": "#!/usr/bin/env python3\n# Runs x for y.\n",
    },
    {"tests/fuzz/corpus/x/1.txt": "a\t b \r\n no newline"},
]
BAD = [
    (_header("#pragma once\n"), "does not open with its purpose"),
    (_header("// a\n#pragma once\n"), "does not open with its purpose"),
    (_header("// a: what it is for.\n#include <x>\n"), "no #pragma once"),
    (_header("// a: what it is for.\n#pragma once\nusing namespace std;\n"), "using namespace in a header"),
    (_header("// a: what it is for.\n#pragma once\n" + "x" * 121 + "\n"), "121 columns wide"),
    (_header("// a: what it is for.\n#pragma once\n\tint x;\n"), "has a tab"),
    (_header("// a: what it is for.\n#pragma once \n"), "white space at the end"),
    (_header("// a: what it is for.\n#pragma once"), "does not end with a newline"),
    ({"tests/x.py": "#!/usr/bin/env python3\nimport os\n"}, "does not open with its purpose"),
]
