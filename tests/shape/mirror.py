# Law 5: every header has the test file of its name, every test file has its header, and meson.build lists every test.
import re

from tree import HEADERS, Problem, room_of, rooms

STORY = re.compile(r"\b(?:scenario|threat)s?\b")
LAW = "include/coracle/<room>/<noun>.hpp and tests/<room>/<noun>.cpp mirror each other"


def check(tree):
    table = rooms(tree)
    for path in tree.headers():
        room, noun = room_of(path), path.rsplit("/", 1)[1].removesuffix(".hpp")
        test = f"tests/{room}/{noun}.cpp"
        if room in table and not tree.has(test):
            yield Problem(
                path,
                0,
                f"has no test: {test} does not exist",
                f"write {test}, and list it in tests/{room}/meson.build",
            )
    for room in table:
        build = f"tests/{room}/meson.build"
        listed = re.findall(r"'([\w./]+\.cpp)'", tree.read(build)) if tree.has(build) else []
        for test in tree.under(f"tests/{room}/", ".cpp"):
            name = test.removeprefix(f"tests/{room}/")
            if name not in listed:
                yield Problem(test, 0, "is never run", f"add '{name}' to `sources` in {build}")
            header = f"{HEADERS}{room}/{name.removesuffix('.cpp')}.hpp"
            if not tree.has(header) and not _tells_a_story(test, tree.read(test)):
                yield Problem(
                    test,
                    0,
                    f"tests a header that does not exist: {header}",
                    "name the test after its header; where it tells a story across several nouns, call it scenarios or "
                    "threats, or say so in its first line",
                )
        for name in listed:
            if not tree.has(f"tests/{room}/{name}"):
                yield Problem(build, 0, f"lists '{name}', which does not exist", "take it off the list")
    for kind in ("fuzz", "bench"):
        for path in tree.under(f"tests/{kind}/", ".cpp"):
            noun = path.rsplit("/", 1)[1].removesuffix(".cpp")
            if kind == "fuzz" and noun != "replay" and not tree.under(f"tests/fuzz/corpus/{noun}/"):
                yield Problem(
                    path,
                    0,
                    "has no corpus, so `meson test` replays nothing",
                    f"put a few dozen small inputs in tests/fuzz/corpus/{noun}/",
                )
    for folder in sorted({path.split("/")[3] for path in tree.under("tests/fuzz/corpus/") if path.count("/") > 3}):
        if not tree.has(f"tests/fuzz/{folder}.cpp"):
            yield Problem(
                f"tests/fuzz/corpus/{folder}",
                0,
                f"is the corpus of no fuzzer: tests/fuzz/{folder}.cpp does not exist",
                "name the folder after its fuzzer",
            )


def _tells_a_story(path, text):
    return bool(STORY.search(path) or re.match("//.*" + STORY.pattern, text, re.I))


_ROOMS = {"tests/shape/rooms.txt": "base -\n"}
_PAIR = {
    **_ROOMS,
    HEADERS + "base/a.hpp": "",
    "tests/base/a.cpp": "",
    "tests/base/meson.build": "sources = files('a.cpp')",
}

GOOD = [
    _PAIR,
    {
        **_PAIR,
        "tests/base/many.cpp": "// Scenario: all of it together.\n",
        "tests/base/meson.build": "sources = files(\n    'a.cpp',\n    'many.cpp',\n)",
    },
    {**_PAIR, "tests/fuzz/a.cpp": "", "tests/fuzz/replay.cpp": "", "tests/fuzz/corpus/a/1": ""},
]
BAD = [
    ({**_ROOMS, HEADERS + "base/a.hpp": ""}, "has no test: tests/base/a.cpp"),
    ({**_PAIR, "tests/base/meson.build": "sources = files()"}, "is never run"),
    (
        {**_PAIR, "tests/base/b.cpp": "", "tests/base/meson.build": "files('a.cpp', 'b.cpp')"},
        "a header that does not exist",
    ),
    ({**_PAIR, "tests/base/meson.build": "files('a.cpp', 'gone.cpp')"}, "lists 'gone.cpp', which does not exist"),
    ({**_PAIR, "tests/fuzz/a.cpp": ""}, "has no corpus"),
    ({**_PAIR, "tests/fuzz/corpus/z/1": ""}, "is the corpus of no fuzzer"),
]
