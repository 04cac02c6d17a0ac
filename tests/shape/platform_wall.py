# Law 3, first half: questions about the platform and system headers stand in os/ only.
import re

from tree import HEADERS, REFUSED, STANDARD, Problem, code, includes, line_of, room_of

LAW = "platform questions and system headers stand in os/ only"

PLATFORM = re.compile(
    r"\b_*(?:linux|gnu_linux|APPLE|MACH|FreeBSD|NetBSD|OpenBSD|DragonFly|unix|WIN32|WIN64|CYGWIN|ANDROID|sun)_*\b"
)
INTRINSICS = re.compile(r"(?:[a-z]*mmintrin|immintrin|x86intrin|arm_neon|arm_sve|arm_acle|wasm_simd128)\.h")


def check(tree):
    for path in tree.headers():
        room = room_of(path)
        text = tree.read(path)
        for line, name, _, _ in includes(text):
            if name in REFUSED:
                yield Problem(path, line, f"includes <{name}>", REFUSED[name])
            elif name.startswith("coracle") or name in STANDARD or room == "with":
                pass
            elif INTRINSICS.fullmatch(name):
                if room != "base":
                    remedy = "vector instructions stand in base/ only: give the loop a name there"
                    yield Problem(path, line, f"includes <{name}>", remedy)
            elif name == "cxxabi.h":
                if room != "base":
                    remedy = "the names of types are read in base/exception_text.hpp: call that"
                    yield Problem(path, line, f"includes <{name}>", remedy)
            elif room != "os":
                if "c" + name.removesuffix(".h") in STANDARD:
                    remedy = f"write <c{name.removesuffix('.h')}>"
                else:
                    remedy = "give what you need a name in os/, the only room with system headers, and call that"
                yield Problem(path, line, f"includes the system header <{name}> outside os/", remedy)
        if room in ("os", "with"):
            continue
        plain = code(text)
        for found in re.finditer(r"^[ \t]*#[ \t]*(?:if|ifdef|ifndef|elif)\b(?:\\\n|[^\n])*", plain, re.M):
            question = PLATFORM.search(found.group())
            if question or "__has_include" in found.group():
                yield Problem(
                    path,
                    line_of(plain, found.start()),
                    f"asks about the platform ({question.group() if question else '__has_include'}) outside os/",
                    "ask in os/ and give the answer a name (a function, a constant) that this file can use",
                )


def _header(text, room="http"):
    return {f"{HEADERS}{room}/h.hpp": text}


GOOD = [
    _header("#include <coracle/os/a.hpp>\n#include <string>\n#include <cstdint>\n"),
    _header("#include <sys/socket.h>\n#if defined(__linux__)\n#include <sys/epoll.h>\n#endif\n", "os"),
    _header("#if defined(__SSE2__)\n#include <emmintrin.h>\n#endif\n", "base"),
    _header("// on __linux__ this is\n#if defined(__GNUC__) && __GNUC__ < 13\n#endif\n"),
    _header("#include <zlib.h>\n", "with"),
    _header("#include <cxxabi.h>\n", "base"),
]
BAD = [
    (_header("#include <sys/socket.h>\n"), "system header <sys/socket.h> outside os/"),
    (_header("#include <string.h>\n"), "write <cstring>"),
    (_header("#include <regex>\n"), "recursive on the peer's bytes"),
    (_header("#include <iostream>\n", "os"), "static constructors"),
    (_header("#include <expected>\n"), "base/result.hpp"),
    (_header("#if defined(__linux__)\n#endif\n"), "asks about the platform (__linux__)"),
    (_header("#ifdef _WIN32\n#endif\n"), "asks about the platform (_WIN32)"),
    (_header("#if 1 && \\\n defined(__APPLE__)\n#endif\n"), "asks about the platform (__APPLE__)"),
    (_header("#if __has_include(<sys/event.h>)\n#endif\n", "net"), "__has_include"),
    (_header("#include <emmintrin.h>\n", "json"), "vector instructions stand in base/ only"),
]
