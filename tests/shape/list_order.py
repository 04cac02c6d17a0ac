# Law 1: include/coracle.hpp lists every header once, lowest floor first; a header includes only what stands above it.
import sys

from tree import HEADERS, Problem, Tree, includes, room_of, rooms

LAW = "the list in include/coracle.hpp is the layering and the reading order"
UMBRELLA = "include/coracle.hpp"


def check(tree):
    listed = [(line, name) for line, name, _, _ in includes(tree.read(UMBRELLA)) if name.startswith("coracle/")]
    position = {}
    for line, name in listed:
        if name in position:
            yield Problem(UMBRELLA, line, f"<{name}> is listed twice", "keep the first line and delete this one")
        position.setdefault(name, line)
        if not tree.has("include/" + name):
            yield Problem(UMBRELLA, line, f"<{name}> does not exist", "delete the line, or add the header")
    for line, name, _, depth in includes(tree.read(UMBRELLA)):
        if not name.startswith("coracle/") or depth:
            yield Problem(
                UMBRELLA,
                line,
                f"<{name}> is not a plain line of the list",
                "list headers of coracle only, under no #if",
            )
    floors = list(rooms(tree))
    for (_, above), (line, name) in zip(listed, listed[1:]):
        rooms_here = room_of(above), room_of(name)
        if all(room in floors for room in rooms_here) and floors.index(rooms_here[0]) > floors.index(rooms_here[1]):
            yield Problem(
                UMBRELLA,
                line,
                f"<{name}> stands below room {rooms_here[0]}/, but room {rooms_here[1]}/ is on a lower floor",
                f"move it up to the other headers of {rooms_here[1]}/ (the rooms' order is tests/shape/rooms.txt); "
                "`python3 tests/shape/list_order.py` prints a list in a right order",
            )
    for path in tree.headers():
        name = path.removeprefix("include/")
        if room_of(name) == "with":
            continue
        if name not in position:
            yield Problem(
                UMBRELLA,
                0,
                f"<{name}> is not listed",
                f"add `#include <{name}>` below the headers that it includes; "
                "`python3 tests/shape/list_order.py` prints a list in a right order",
            )
            continue
        for line, included, _, _ in includes(tree.read(path)):
            if included in position and position[included] >= position[name] and included != name:
                yield Problem(
                    path,
                    line,
                    f"includes <{included}>, which stands below <{name}> in include/coracle.hpp",
                    f"list <{included}> above <{name}>; when that makes a circle, the two headers share a noun: give "
                    "it a file of its own",
                )


def right_order(tree):
    """Every header, room by room, each below what it includes; by name where that leaves a choice."""
    order, done = [], set()

    def place(name):
        if name in done or not tree.has("include/" + name):
            return
        done.add(name)
        for included in sorted(included for _, included, _, _ in includes(tree.read("include/" + name))):
            if included.startswith("coracle/"):
                place(included)
        order.append(name)

    names = [path.removeprefix("include/") for path in tree.headers()]
    for room in rooms(tree):
        if room != "with":
            for name in sorted(name for name in names if room_of(name) == room):
                place(name)
    return order


_ROOMS = {"tests/shape/rooms.txt": "base -\nasync base\nhttp base\nwith base\n"}
_HEADERS = {
    HEADERS + "base/a.hpp": "#pragma once\n",
    HEADERS + "http/b.hpp": "#include <coracle/base/a.hpp>\n#include <string>\n",
    HEADERS + "with/zlib.hpp": "#include <coracle/base/a.hpp>\n",
}


def _with_list(*lines, **more):
    return {**_ROOMS, **_HEADERS, **more, UMBRELLA: "".join(f"#include <coracle/{line}.hpp>\n" for line in lines)}


GOOD = [_with_list("base/a", "http/b")]
BAD = [
    (_with_list("base/a"), "<coracle/http/b.hpp> is not listed"),
    (_with_list("http/b", "base/a"), "stands below <coracle/http/b.hpp> in include/coracle.hpp"),
    (_with_list("http/b", "base/a"), "is on a lower floor"),
    (_with_list("base/a", "base/a", "http/b"), "is listed twice"),
    (_with_list("base/a", "base/gone", "http/b"), "does not exist"),
    ({**_with_list("base/a", "http/b"), UMBRELLA: "#include <vector>\n"}, "not a plain line"),
]

if __name__ == "__main__":
    sys.stdout.write("".join(f"#include <{name}>\n" for name in right_order(Tree.on_disk("."))))
