# Law 4: every header compiles alone, with nothing included before it. Four hundred calls of the compiler: CI's stage
# `alone` makes them, once; by hand: python3 tests/shape/header_alone.py clang++-19 -std=c++20
from compiler import ROOT, check_syntax, finish
from tree import Tree

tree = Tree.on_disk(ROOT)

# The check itself must be able to fail.
lonely = ("lonely.cpp", "inline std::string text();\n")
headers = [path for path in tree.headers() if "/with/" not in path]
asked = {(path.replace("/", "_") + ".cpp", f"#include <{path.removeprefix('include/')}>\n"): path for path in headers}
results = check_syntax([lonely, *asked])
broken = (
    []
    if not results.pop(lonely)[0]
    else ["header_alone.py: a header without its includes compiles: the check is blind"]
)
for source, (compiles, output) in results.items():
    if not compiles:
        broken.append(
            f"{asked[source]}: does not compile alone\n{output[:1500]}\n"
            "    Remedy: include what it uses, each name's own header; do not count on what others included before."
        )
finish("header alone", len(headers) - len(broken), broken)
