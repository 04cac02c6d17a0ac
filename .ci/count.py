#!/usr/bin/env python3
# Counts what a meson test run checked: test cases where a program tells its own number, else one for each program.
"""usage: .ci/count.py BUILD/meson-logs/testlog.json

Prints `PASSED FAILED`, then one line for each test that failed.
"""

import json
import re
import sys

# doctest's summary, and that of coracle's own scripts: `| 12 passed | 1 failed |`
SUMMARY = re.compile(r"\|\s*(\d+) passed\s*\|\s*(\d+) failed\s*\|")
CASES = re.compile(r"^\[(?!doctest\] assertions)[^\]]+\] .*", re.M)


def counts(test):
    """(passed, failed) of one entry of the log."""
    passed = failed = 0
    for line in CASES.findall(test.get("stdout") or ""):
        found = SUMMARY.search(line)
        if found:
            passed += int(found.group(1))
            failed += int(found.group(2))
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    if test["result"] == "SKIP":
        return passed, failed
    if good:
        return max(passed, 1), failed
    return passed, max(failed, 1)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(arguments[0], encoding="utf-8", errors="replace") as log:
            tests = [json.loads(line) for line in log if line.strip()]
    except (OSError, ValueError) as error:
        print(f"no test log: {error}", file=sys.stderr)
        return 1
    totals = [counts(test) for test in tests]
    print(sum(p for p, _ in totals), sum(f for _, f in totals))
    for test, (_, failed) in zip(tests, totals):
        if failed:
            print(f"    {test['name']}: {test['result']} after {test['duration']:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
