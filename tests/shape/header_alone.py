# Law 4: every header compiles alone, with nothing included before it. CI's stage `alone` asks the compiler; by hand:
# python3 tests/shape/header_alone.py clang++-19 -std=c++20
#
# A header that stands behind others is as good as alone where it includes all that they include: nothing is there that
# it would not have brought. So headers are compiled in chains, of which each includes all of the one before, and there
# are as few chains as can be: a third of the headers, and of the time.
import re

from compiler import ROOT, check_syntax, finish
from tree import Tree

INCLUDED = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def reach(texts):
    """{header: all that it includes, with itself}, of {`coracle/...`: text}."""
    done = {}

    def of(name):
        if name not in texts:
            return {name}
        if name not in done:
            done[name] = {name}  # a circle is another law's business
            done[name] = {name}.union(*(of(other) for other in INCLUDED.findall(texts[name])))
        return done[name]

    return {name: frozenset(of(name)) for name in texts}


def chains(reached):
    """The headers in as few chains as can be: the largest matching of headers and their successors, Dilworth 1950."""
    after = {low: [high for high in reached if high != low and reached[low] < reached[high]] for low in reached}
    before = {}

    def follow(low, seen):
        for high in after[low]:
            if high not in seen:
                seen.add(high)
                if high not in before or follow(before[high], seen):
                    before[high] = low
                    return True
        return False

    for low in sorted(reached):
        follow(low, set())
    behind = {low: high for high, low in before.items()}
    for name in sorted(reached):
        if name not in before:
            chain = [name]
            while chain[-1] in behind:
                chain.append(behind[chain[-1]])
            yield chain


def program(chain):
    return "".join(f"#include <{name}>\n" for name in chain)


tree = Tree.on_disk(ROOT)
paths = [path for path in tree.headers() if "/with/" not in path]
texts = {path.removeprefix("include/"): tree.read(path) for path in paths}
all_chains = list(chains(reach(texts)))
broken = []

# The check itself must be able to fail.
made_up = {"a": "#include <x>\n", "b": "#include <a>\n#include <y>\n", "c": "#include <a>\n#include <z>\n"}
made_up |= {"d": "#include <x>\n#include <y>\n"}
if sorted(map(tuple, chains(reach(made_up)))) != [("a", "b"), ("c",), ("d",)]:
    broken.append(f"header_alone.py: {list(chains(reach(made_up)))} are no chains: a header may lean on one before it")
if sorted(name for chain in all_chains for name in chain) != sorted(texts):
    broken.append("header_alone.py: not every header stands in one chain")
lonely = ("lonely.cpp", "inline std::string text();\n")
asked = {(f"chain_{number}.cpp", program(chain)): chain for number, chain in enumerate(all_chains)}
results = check_syntax([lonely, *asked])
if results.pop(lonely)[0]:
    broken.append("header_alone.py: a header without its includes compiles: the check is blind")
for source, (compiles, output) in results.items():
    if not compiles:
        broken.append(
            f"{' then '.join(asked[source])}: does not compile alone\n{output[:1500]}\n"
            "    Remedy: include what it uses, each name's own header; do not count on what others included before."
        )
finish("header alone", len(texts) - len(broken), broken)
