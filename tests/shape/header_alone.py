# Law 4: every header compiles alone, with nothing included before it.
#
# A test file that includes its header first proves it whenever the tests are built, so only the other headers cost a
# call of the compiler here. Behind <doctest/doctest.h> is first enough: it brings <cstddef> and declarations, no more.
from compiler import ROOT, check_syntax, finish
from tree import Tree, includes

tree = Tree.on_disk(ROOT)


def proven_by_its_test(path):
    test = path.replace("include/coracle/", "tests/").removesuffix(".hpp") + ".cpp"
    names = [name for _, name, _, _ in includes(tree.read(test))] if tree.has(test) else []
    first = [name for name in names if name != "doctest/doctest.h"][:1]
    return first == [path.removeprefix("include/")]


# The check itself must be able to fail.
lonely = ("lonely.cpp", "inline std::string text();\n")
headers = [path for path in tree.headers() if "/with/" not in path]
alone = {(path.replace("/", "_") + ".cpp", f"#include <{path.removeprefix('include/')}>\n"): path for path in headers}
asked = {source: path for source, path in alone.items() if not proven_by_its_test(path)}
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
print(f"{len(headers) - len(asked)} headers are proven by their tests, {len(asked)} were compiled here")
finish("header alone", len(headers) - len(broken), broken)
