# Furniture: one noun per file, no drawers for the rest, and one macro prefix.
import re

from tree import HEADERS, Problem, code, line_of

LAW = "one noun per file, no drawer called util, and no macro but CORACLE_*"

DRAWERS = (
    "detail",
    "details",
    "impl",
    "internal",
    "util",
    "utils",
    "utility",
    "common",
    "helper",
    "helpers",
    "manager",
    "misc",
)


def check(tree):
    for path in tree.under("include/") + tree.under("tests/") + tree.under("examples/"):
        words = re.split(r"[/.]", path)
        parts = {part for word in words for part in word.split("_")} if path.startswith("include/") else set(words)
        drawer = next((part for part in DRAWERS if part in parts), None)
        if drawer:
            yield Problem(
                path,
                0,
                f"is called {drawer}",
                "a file is its noun: find the noun, and the room it belongs to; a private name "
                "lives in coracle::detail in the one file that uses it",
            )
        if path.startswith("include/") and not re.fullmatch(r"include/[a-z0-9_/]+\.hpp", path):
            yield Problem(path, 0, "is not spelled in snake_case.hpp", "rename it")
    for path in tree.headers():
        plain = code(tree.read(path))
        for found in re.finditer(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", plain, re.M):
            name = found.group(1)
            if not name.startswith("CORACLE_") and not re.search(rf"^[ \t]*#[ \t]*undef[ \t]+{name}\b", plain, re.M):
                yield Problem(
                    path,
                    line_of(plain, found.start(1)),
                    f"the macro {name} leaks into users' programs",
                    "use constexpr, a template or a function; where only a macro will do, call it CORACLE_...",
                )


def _header(text, path="base/a.hpp"):
    return {HEADERS + path: text}


GOOD = [
    _header("#define CORACLE_ASSERT(x) (x)\n#define TABLE(x) x\nTABLE(1)\n#undef TABLE\n"),
    _header("", "json/reflect.hpp"),
]
BAD = [
    (_header("#define MAX(a, b) a\n"), "the macro MAX leaks"),
    (_header("#if 1\n#  define likely(x) x\n#endif\n"), "the macro likely leaks"),
    (_header("", "http/util.hpp"), "is called util"),
    (_header("", "http/parse_helper.hpp"), "is called helper"),
    (_header("", "http/detail/a.hpp"), "is called detail"),
    (_header("", "http/Parser.hpp"), "snake_case"),
]
