#!/usr/bin/env python3
# Names to ninja what chosen tests need, and no more: `meson test` stops at the first program that does not compile, and
# newer ones build the programs of all tests.
"""usage: .ci/targets.py BUILD [--suite NAME]... [--no-suite NAME]... [OTHER OPTIONS OF MESON TEST]

Prints the targets on one line. They are none when no chosen test needs a program.
"""

import json
import pathlib
import sys


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    build = pathlib.Path(arguments[0])
    taken = {name for option, name in zip(arguments, arguments[1:]) if option == "--suite"}
    left = {name for option, name in zip(arguments, arguments[1:]) if option == "--no-suite"}

    def read(what):
        return json.loads((build / "meson-info" / f"intro-{what}.json").read_text(encoding="utf-8"))

    needed = set()
    for test in read("tests"):
        suites = {suite.rpartition(":")[2] for suite in test["suite"]}
        if not suites & left and (not taken or suites & taken):
            needed.update(test["depends"])
    files = [pathlib.Path(target["filename"][0]) for target in read("targets") if target["id"] in needed]
    print(*(file.relative_to(build.resolve()) for file in files))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
