# Furniture: the top level is fixed, so that a newcomer sees all of it at once.
from tree import Problem

LAW = "the top level holds the fixed names and nothing else"

FIXED = ("include", "tests", "examples", "single_include", "meson.build", "README.md", "LICENSE")
DOTTED = (".ci", ".clang-format", ".clang-tidy", ".editorconfig", ".gitignore", ".github")


def check(tree):
    for name in sorted({path.split("/")[0] for path in tree.paths}):
        if name not in FIXED + DOTTED:
            yield Problem(
                name,
                0,
                "does not belong at the top level",
                "benchmarks and fuzzers live under tests/, scripts beside what they make, prose in examples/README.md "
                "and in the headers; what a build leaves behind belongs in .gitignore",
            )


GOOD = [{"include/coracle.hpp": "", "README.md": "", ".ci/run": ""}]
BAD = [({"docs/index.md": ""}, "does not belong"), ({"CHANGELOG.md": ""}, "does not belong")]
