# Law 3, second half: http/ websocket/ json/ route/ are functions from bytes to values, without mutable globals.
import re

from tree import HEADERS, Problem, code, includes, line_of, room_of

LAW = "http/ websocket/ json/ route/ know no socket, no coroutine, no clock, no environment, no globals"

PURE = ("http", "websocket", "json", "route")
HEADERS_REFUSED = {
    "coroutine": "hand the bytes in and give the value back; who waits for bytes is server/'s and client/'s business",
    "thread": "a pure room has no threads",
    "mutex": "a pure room shares nothing",
    "atomic": "a pure room shares nothing",
    "condition_variable": "a pure room waits for nothing",
    "future": "a pure room waits for nothing",
    "random": "take the random bytes as a parameter",
    "filesystem": "take the file's content or its facts as a parameter",
    "fstream": "take the file's content as a parameter",
}
WORDS = [
    (r"\b(?:f?printf|f?puts|putchar|fopen|fwrite|perror)\s*\(", "a stream", "give the text back to the caller"),
    (r"\bco_(?:await|yield|return)\b", "a coroutine", HEADERS_REFUSED["coroutine"]),
    (r"\b(?:steady|system|high_resolution|utc|file)_clock\s*::\s*now\b", "a clock", "take the time as a parameter"),
    (r"\bclock_gettime\b|\bgettimeofday\b|\b(?:std|)::\s*time\s*\(", "a clock", "take the time as a parameter"),
    (r"\bsecure_getenv\b|\bgetenv\b|\bsetenv\b", "the environment", "take the setting as a parameter"),
    (r"\bset?locale\b|\bsetlocale\b", "the locale", "the wire has no locale: use <coracle/base/ascii.hpp>"),
]
GLOBAL = re.compile(
    r"^[ \t]*(?P<words>(?:(?:inline|static|extern|thread_local)\s+)+)(?P<rest>[^;={}()]*)(?P<end>[;={(])", re.M
)


def check(tree):
    for path in tree.headers():
        if room_of(path) not in PURE:
            continue
        text = tree.read(path)
        plain = code(text)
        for line, name, _, _ in includes(text):
            if name in HEADERS_REFUSED:
                yield Problem(path, line, f"{room_of(path)}/ includes <{name}>", HEADERS_REFUSED[name])
        for pattern, what, remedy in WORDS:
            for found in re.finditer(pattern, plain):
                yield Problem(path, line_of(plain, found.start()), f"{room_of(path)}/ uses {what}", remedy)
        for found in GLOBAL.finditer(plain):
            rest = found.group("rest")
            if found.group("end") == "(" and "thread_local" not in found.group("words"):
                continue  # a function
            if re.match(r"(?:constexpr|const|consteval|namespace|class|struct|enum)\b", rest):
                continue
            if found.group("end") == "{" and re.search(r"\boperator\b|->", rest):
                continue
            yield Problem(
                path,
                line_of(plain, found.start("words")),
                f"{room_of(path)}/ keeps a mutable global: {' '.join(found.group().split())[:60]}",
                "make it constexpr, or a member of what the caller owns",
            )


def _header(text, room="http"):
    return {f"{HEADERS}{room}/h.hpp": text}


GOOD = [
    _header("#include <chrono>\ninline std::string date(std::chrono::sys_seconds at);\n"),
    _header("inline constexpr std::array<bool, 256> table = make();\nstatic constexpr int x = 1;\n"),
    _header("inline std::string lower(std::string_view s) { return {}; }\ninline namespace literals {}\n"),
    _header("    static const table_type& get() noexcept { static constexpr table_type t{}; return t; }\n"),
    _header('// getenv, steady_clock::now\nauto s = "co_await getenv";\n'),
    _header("#include <coroutine>\nthread_local int depth = 0;\n", "async"),
]
BAD = [
    (_header("#include <coroutine>\n"), "http/ includes <coroutine>"),
    (_header("task<> f() { co_await g(); }\n", "json"), "json/ uses a coroutine"),
    (_header("auto now = std::chrono::system_clock::now();\n"), "uses a clock"),
    (_header('auto home = std::getenv("HOME");\n', "route"), "uses the environment"),
    (_header('void f() { std::puts("x"); }\n', "json"), "json/ uses a stream"),
    (_header("inline std::vector<int> cache;\n"), "keeps a mutable global"),
    (_header("int f() {\n    static int calls = 0;\n    return ++calls;\n}\n"), "keeps a mutable global"),
    (_header("thread_local scratch area;\n"), "keeps a mutable global"),
    (_header("inline int counter{0};\n"), "keeps a mutable global"),
]
