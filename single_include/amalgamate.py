#!/usr/bin/env python3
# Makes single_include/coracle.hpp from the list in include/coracle.hpp, byte for byte the same on every machine.
"""usage: single_include/amalgamate.py           write single_include/coracle.hpp
       single_include/amalgamate.py --check   only say whether it is up to date

Headers come in the order of the list. Unconditional includes of the standard library and of the system are gathered
once at the top; an include that stands under an #if and nowhere else stays where it is.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CONDITIONAL = re.compile(r"^\s*#\s*(if|ifdef|ifndef|endif)\b")


class Mistake(Exception):
    """What is wrong with the headers, and what would be right."""


def included(line):
    """What the line includes, or None."""
    found = INCLUDE.match(line)
    return found.group(2) if found else None


def listed_headers(umbrella):
    """The headers of the list, in order."""
    names = (included(line) or "" for line in umbrella.splitlines())
    return [name for name in names if name.startswith("coracle/")]


def split_header(name, text, seen):
    """The lines of one header that stay, and the headers from outside that it asks for."""
    kept, outside, depth = [], [], 0
    for number, line in enumerate(text.splitlines(), 1):
        conditional = CONDITIONAL.match(line)
        if conditional:
            depth += -1 if conditional.group(1) == "endif" else 1
        found = INCLUDE.match(line)
        if re.match(r"^\s*#\s*pragma\s+once\b", line):
            continue
        if found and found.group(2).startswith("coracle/"):
            if found.group(2) not in seen:
                raise Mistake(
                    f"include/{name}:{number}: <{found.group(2)}> is not listed above <{name}> in include/coracle.hpp; "
                    f"list it there, above"
                )
            continue
        if found and found.group(1) == '"':
            raise Mistake(f'include/{name}:{number}: "{found.group(2)}" is relative; write <coracle/room/noun.hpp>')
        if found and not depth:
            outside.append(found.group(2))
            continue
        kept.append(line.rstrip())
    return kept, outside


def squeeze(lines):
    """Without blank lines at both ends, and at most one in a row: taking includes out leaves holes."""
    out = []
    for line in lines:
        if line or (out and out[-1]):
            out.append(line)
    while out and not out[-1]:
        out.pop()
    return out


def amalgamate(read):
    """The text of the single header. `read` gives the text of a file by its path from the root."""
    umbrella = read("include/coracle.hpp")
    version = re.search(r'^#define CORACLE_VERSION_STRING "(.*)"$', read("include/coracle/base/version.hpp"), re.M)
    if not version:
        raise Mistake('include/coracle/base/version.hpp: wants the line #define CORACLE_VERSION_STRING "x.y.z"')
    seen, bodies, gathered = set(), [], set()
    for name in listed_headers(umbrella):
        if name in seen:
            raise Mistake(f"include/coracle.hpp: <{name}> is listed twice; keep the first")
        try:
            text = read(f"include/{name}")
        except FileNotFoundError:
            raise Mistake(f"include/coracle.hpp: <{name}> does not exist; take it off the list") from None
        kept, asked = split_header(name, text, seen)
        seen.add(name)
        gathered.update(asked)
        bodies.append((name, kept))
    out = [
        f"// coracle {version.group(1)}: a coroutine web framework for C++20, all of it in this one header.",
        "// Made by single_include/amalgamate.py from include/coracle.hpp: change include/, never this file.",
        "//",
    ]
    out += [("// " + line).rstrip() for line in read("LICENSE").strip().splitlines()]
    out += ["#pragma once", ""]
    # <sys/socket.h> and its like behind the standard library's.
    out += [f"#include <{name}>" for name in sorted(gathered, key=lambda name: (name.endswith(".h"), name))]
    for name, lines in bodies:
        out += ["", f"// ---- {name}", *squeeze(line for line in lines if included(line) not in gathered)]
    return "\n".join(out) + "\n"


def main(arguments):
    product = ROOT / "single_include/coracle.hpp"
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        wanted = amalgamate(lambda path: (ROOT / path).read_text(encoding="utf-8"))
    except Mistake as mistake:
        print(f"amalgamate: {mistake}", file=sys.stderr)
        return 1
    current = product.read_text(encoding="utf-8") if product.exists() else None
    if arguments == ["--check"]:
        if current == wanted:
            return 0
        print(
            "single_include/coracle.hpp is not what include/ makes today.\n"
            "Remedy: run single_include/amalgamate.py and commit the result; never edit the single header by hand.",
            file=sys.stderr,
        )
        return 1
    if current != wanted:
        product.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
