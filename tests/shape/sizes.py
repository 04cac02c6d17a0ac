# A report, not a law: how long the headers are. The median should be near 120 lines; 400 want a second noun.
from tree import HEADERS

REPORT = "length of the headers"


def report(tree):
    lengths = sorted((tree.read(path).count("\n"), path.removeprefix(HEADERS)) for path in tree.headers())
    if not lengths:
        return []
    middle = lengths[len(lengths) // 2][0]
    lines = [
        f"{len(lengths)} headers, {sum(length for length, _ in lengths)} lines, median {middle}, "
        f"longest {lengths[-1][0]} ({lengths[-1][1]})"
    ]
    lines += [
        f"{path}: {length} lines; look for the second noun" for length, path in reversed(lengths) if length > 400
    ]
    return lines
