# Tree: the files of the project as the laws see them, from disk or made up for a law's own test.
import os
import pathlib
import re
import subprocess

HEADERS = "include/coracle/"


class Problem:
    """A broken law: where, what is wrong, and what to do about it."""

    def __init__(self, path, line, wrong, remedy):
        self.path, self.line, self.wrong, self.remedy = path, line, wrong, remedy

    def __str__(self):
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.wrong}\n    Remedy: {self.remedy}"


class Tree:
    """Paths from the root, with `/`, and their texts."""

    def __init__(self, files, read=None):
        self.paths = sorted(files)
        self._read = read or files.__getitem__
        self._texts = {}

    @staticmethod
    def on_disk(root):
        root = pathlib.Path(root)
        return Tree(_files(root), lambda path: (root / path).read_bytes().decode("utf-8", "replace"))

    def read(self, path):
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def has(self, path):
        return path in self.paths

    def under(self, prefix, *endings):
        return [p for p in self.paths if p.startswith(prefix) and (not endings or p.endswith(endings))]

    def headers(self):
        return self.under(HEADERS, ".hpp")


def _files(root):
    """What git would commit; without git, everything but what a build leaves behind."""
    git = ["git", "-C", str(root), "-c", f"safe.directory={root}"]
    git += ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(git, capture_output=True, check=True).stdout.decode().split("\0")
        return {path: None for path in listed if path and (root / path).is_file()}
    except (OSError, subprocess.CalledProcessError):
        pass
    found = {}
    for folder, folders, names in os.walk(root):
        here = pathlib.Path(folder).relative_to(root)
        folders[:] = [
            f
            for f in folders
            if f not in (".git", "__pycache__") and not (str(here) == "." and f.startswith("build"))
        ]
        found.update({(here / name).as_posix(): None for name in names})
    return found


def room_of(path):
    """`http` for include/coracle/http/head.hpp and for coracle/http/head.hpp; nothing for the umbrella."""
    found = re.match(r"(?:include/)?coracle/(\w+)/", path)
    return found.group(1) if found else None


def rooms(tree):
    """The table of rooms.txt: room -> the rooms it may include, lowest floor first."""
    table = {}
    for line in tree.read("tests/shape/rooms.txt").splitlines():
        words = line.split("#")[0].split()
        if words:
            table[words[0]] = [word for word in words[1:] if word != "-"]
    return table


def line_of(text, position):
    return text.count("\n", 0, position) + 1


_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<raw>(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")
    |(?P<number>(?<![\w'])[0-9](?:'?[\w.])*)
    |(?P<string>"(?:\\.|[^"\\\n])*")
    |(?P<character>'(?:\\.|[^'\\\n])+')""",
    re.X | re.S,
)


def code(text, keep_strings=False):
    """The text with comments, and what stands between quotes, made blank. Positions and lines stay."""

    def blank(found):
        whole = found.group()
        if found.lastgroup == "number" or (keep_strings and not found.group("comment")):
            return whole
        if found.group("comment"):
            return re.sub(r"[^\n]", " ", whole)
        return whole[0] + re.sub(r"[^\n]", " ", whole[1:-1]) + whole[-1]

    return _TOKEN.sub(blank, text)


def includes(text):
    """(line, header, opening delimiter, depth of #if) of each include."""
    found, depth = [], 0
    for number, line in enumerate(code(text, keep_strings=True).splitlines(), 1):
        directive = re.match(r"\s*#\s*(\w+)", line)
        if not directive:
            continue
        word = directive.group(1)
        depth += {"if": 1, "ifdef": 1, "ifndef": 1, "endif": -1}.get(word, 0)
        target = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if target:
            found.append((number, target.group(2), target.group(1), depth))
    return found


STANDARD = frozenset(
    """algorithm any array atomic barrier bit bitset charconv chrono compare complex concepts condition_variable
    coroutine deque exception execution filesystem forward_list fstream functional future initializer_list iomanip
    iosfwd istream iterator latch limits list map memory memory_resource mutex new numbers numeric optional
    ostream queue random ranges ratio scoped_allocator semaphore set shared_mutex source_location span sstream
    stack stdexcept stop_token streambuf string string_view system_error thread tuple type_traits typeindex
    typeinfo unordered_map unordered_set utility valarray variant vector version cassert cerrno cfenv cfloat
    cinttypes climits cmath csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar
    cwctype""".split()
)

# Standard headers that are not for coracle, and why.
REFUSED = {
    "regex": "slow to compile, slow to run, and recursive on the peer's bytes; write the loop",
    "iostream": "static constructors and 20,000 lines in every program; use std::fputs or the access log",
    "locale": "the wire has no locale; use <coracle/base/ascii.hpp>",
    "clocale": "the wire has no locale; use <coracle/base/ascii.hpp>",
    "cctype": "locale-dependent, and undefined for bytes above 127; use <coracle/base/ascii.hpp>",
    "ctype.h": "locale-dependent, and undefined for bytes above 127; use <coracle/base/ascii.hpp>",
    "expected": "not in libstdc++ 12; use <coracle/base/result.hpp>",
    "format": "not in libstdc++ 12; append to a std::string, or use std::to_chars",
    "print": "not in libstdc++ 12; use std::fputs",
    "generator": "not in libstdc++ 12",
    "syncstream": "not in libc++",
}
