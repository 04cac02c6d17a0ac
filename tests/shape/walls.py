# Law 2: a room includes only the rooms in its row of rooms.txt, by <coracle/room/noun.hpp>.
import re

from tree import HEADERS, Problem, includes, room_of, rooms

LAW = "a room includes only the rooms in its row of tests/shape/rooms.txt"


def check(tree):
    table = rooms(tree)
    for path in tree.headers():
        room = room_of(path)
        if room not in table or not re.fullmatch(r"include/coracle/\w+/\w+\.hpp", path):
            yield Problem(
                path,
                0,
                "is in no room",
                "headers stand in include/coracle/<room>/<noun>.hpp; rooms.txt names the rooms",
            )
            continue
        for line, name, delimiter, _ in includes(tree.read(path)):
            if delimiter == '"' or name.startswith("."):
                remedy = (
                    "write <coracle/room/noun.hpp>: the one spelling works from everywhere and in the single header"
                )
                yield Problem(path, line, f'includes "{name}" by a relative path', remedy)
            elif name == "coracle.hpp":
                remedy = "include the headers that this one needs, by name"
                yield Problem(path, line, "includes the umbrella <coracle.hpp>", remedy)
            elif name.startswith("coracle/"):
                target = room_of(name)
                if target not in table or not tree.has("include/" + name):
                    yield Problem(path, line, f"includes <{name}>, which does not exist", "correct the path")
                elif target != room and target not in table[room]:
                    may = ", ".join(table[room]) or "no other room"
                    yield Problem(
                        path,
                        line,
                        f"{room}/ includes {target}/",
                        f"{room}/ may include {may}. Move what you need to a lower floor, hand it in as a parameter, "
                        "or move this code up to a room that may",
                    )


_ROOMS = {
    "tests/shape/rooms.txt": "base -\nos base\nhttp base\n",
    HEADERS + "base/a.hpp": "",
    HEADERS + "os/s.hpp": "",
}


def _header(text, path="http/h.hpp"):
    return {**_ROOMS, HEADERS + path: text}


GOOD = [
    _header("#include <coracle/base/a.hpp>\n#include <string>\n"),
    _header("// #include <coracle/os/s.hpp>\n/*\n#include <coracle/os/s.hpp>\n*/\n"),
]
BAD = [
    (_header("#include <coracle/os/s.hpp>\n"), "http/ includes os/"),
    (_header("#if 1\n#  include <coracle/os/s.hpp>\n#endif\n"), "http/ includes os/"),
    (_header("#include <coracle/http/h.hpp>\n", "base/x.hpp"), "which does not exist"),
    (_header('#include "a.hpp"\n'), "by a relative path"),
    (_header("#include <../base/a.hpp>\n"), "by a relative path"),
    (_header("#include <coracle.hpp>\n"), "includes the umbrella"),
    (_header("", "loose.hpp"), "is in no room"),
    (_header("", "cellar/x.hpp"), "is in no room"),
]
