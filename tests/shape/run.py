#!/usr/bin/env python3
# Checks the laws of the house that need no compiler: each law first on its own samples, then on the tree.
"""usage: tests/shape/run.py [root]"""

import os
import pathlib
import sys
import time

import co_await_style
import list_order
import meaning
import mirror
import names
import openings
import platform_wall
import sizes
import strangers
import top_level
import tutorial
import walls
from tree import Tree

LAWS = (
    list_order,
    walls,
    platform_wall,
    meaning,
    mirror,
    co_await_style,
    openings,
    names,
    top_level,
    strangers,
    tutorial,
)


def self_test(law):
    """What the law gets wrong about its own samples: a check that never fails checks nothing."""
    for files in law.GOOD:
        for problem in law.check(Tree(files)):
            yield f"{law.__name__}.py flags a sample that is right: {files}\n    {problem}"
    for files, fragment in law.BAD:
        found = [str(problem) for problem in law.check(Tree(files))]
        if not any(fragment in text for text in found):
            yield f"{law.__name__}.py misses `{fragment}` in {files}; it says {found}"


def main(arguments):
    default = os.environ.get("CORACLE_SOURCE_ROOT") or pathlib.Path(__file__).resolve().parents[2]
    tree = Tree.on_disk(arguments[0] if arguments else default)
    started, passed, failed = time.monotonic(), 0, 0
    for law in LAWS:
        mistakes = list(self_test(law))
        problems = [str(problem) for problem in law.check(tree)]
        passed += not mistakes
        failed += bool(mistakes)
        passed += not problems
        failed += bool(problems)
        print(
            f"{'broken' if mistakes or problems else 'holds '}  {law.LAW}  ({len(law.GOOD) + len(law.BAD)} samples)"
        )
        for text in mistakes + problems:
            print(text)
    for line in sizes.report(tree):
        print(line)
    print(f"[shape] laws: {passed + failed} | {passed} passed | {failed} failed | {time.monotonic() - started:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
