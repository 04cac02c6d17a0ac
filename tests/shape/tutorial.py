# Furniture: an example is one idea in about 25 lines, with a four-line header, an entry in the index and a transcript.
import re

from tree import Problem

LAW = "each example is one idea: four lines of header, about 25 of code, an index entry, a transcript"

INDEX = "examples/README.md"
LONGEST = 32
LAST, LONGEST_LAST = "40_the_api", 80  # where all ideas of before come together


def check(tree):
    programs = tree.under("examples/", ".cpp")
    for path in programs:
        name = path.removeprefix("examples/").removesuffix(".cpp")
        transcript = f"tests/examples/{name}.md"
        lines = tree.read(path).splitlines()
        header = next((i for i, line in enumerate(lines) if not line.startswith("//")), len(lines))
        length = sum(1 for line in lines[header:] if line.strip())
        if not re.fullmatch(r"\d\d_[a-z0-9_]+", name):
            yield Problem(path, 0, "has no number", "call it NN_noun.cpp; the number is its place in the tutorial")
        if header != 4:
            yield Problem(
                path,
                1,
                f"opens with {header} lines of comment",
                "write four: what it shows, how to run it, what to try, what is next",
            )
        longest = LONGEST_LAST if name == LAST else LONGEST
        if length > longest:
            yield Problem(path, 0, f"has {length} lines of code", f"cut it to one idea; {longest} lines are the most")
        if not re.search(r"^#include <coracle\.hpp>$", tree.read(path), re.M):
            yield Problem(path, 0, "does not include <coracle.hpp>", "an example is built against the single header")
        if not tree.has(transcript):
            yield Problem(path, 0, "has no transcript", f"write {transcript}; tests/examples/run.py says how")
        if tree.has(INDEX) and f"{name}.cpp" not in tree.read(INDEX):
            yield Problem(INDEX, 0, f"does not list {name}.cpp", "add the line that says what it shows")
    if programs and not tree.has(INDEX):
        yield Problem(INDEX, 0, "does not exist", "write the index: one line per example, in reading order")
    for path in tree.under("tests/examples/", ".md"):
        if not tree.has(path.removeprefix("tests/").removesuffix(".md") + ".cpp"):
            yield Problem(path, 0, "is the transcript of no example", "name it after its example")


_HEADER = "// hello: x.\n// Run: y\n// Try: z\n// Next: 02_more.cpp\n"
_HELLO = {
    "examples/01_hello.cpp": _HEADER + "#include <coracle.hpp>\n",
    "examples/README.md": "01_hello.cpp",
    "tests/examples/01_hello.md": "",
}

_LAST = {
    "examples/40_the_api.cpp": _HEADER + "#include <coracle.hpp>\n" + "f();\n" * 70,
    "examples/README.md": "40_the_api.cpp",
    "tests/examples/40_the_api.md": "",
}

GOOD = [_HELLO, _LAST]
BAD = [
    ({**_HELLO, "examples/01_hello.cpp": "// x\n#include <coracle.hpp>\n"}, "opens with 1 lines of comment"),
    (
        {**_HELLO, "examples/01_hello.cpp": _HEADER + "#include <coracle.hpp>\n" + "f();\n" * 40},
        "has 41 lines of code",
    ),
    ({**_HELLO, "examples/01_hello.cpp": _HEADER}, "does not include <coracle.hpp>"),
    ({**_HELLO, "examples/README.md": ""}, "does not list 01_hello.cpp"),
    ({**_HELLO, "tests/examples/02_gone.md": ""}, "is the transcript of no example"),
    ({**_HELLO, "examples/hello.cpp": _HELLO["examples/01_hello.cpp"]}, "has no number"),
    ({"examples/01_hello.cpp": _HEADER}, "has no transcript"),
]
