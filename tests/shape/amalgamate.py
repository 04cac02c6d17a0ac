# What the amalgamator must do: one include each, the order of the list, and a sentence for each mistake.
import importlib.util
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("amalgamator", ROOT / "single_include/amalgamate.py")
amalgamator = importlib.util.module_from_spec(spec)
spec.loader.exec_module(amalgamator)

TREE = {
    "LICENSE": "MIT\n\nAS IS\n",
    "include/coracle.hpp": "// list\n\n#include <coracle/base/version.hpp>\n#include <coracle/os/b.hpp>\n",
    "include/coracle/base/version.hpp": '// version.\n#pragma once\n\n#define CORACLE_VERSION_STRING "1.2.3"\n',
    "include/coracle/os/b.hpp": """// b: it.
#pragma once

#if defined(SYSTEM)

#include <coracle/base/version.hpp>

#include <sys/epoll.h>

#include <vector>

#endif

#include <sys/socket.h>

#include <vector>
#include <array>

int b();
""",
}
WANTED = """// coracle 1.2.3: a coroutine web framework for C++20, all of it in this one header.
// Made by single_include/amalgamate.py from include/coracle.hpp: change include/, never this file.
//
// MIT
//
// AS IS
#pragma once

#include <array>
#include <vector>
#include <sys/socket.h>

// ---- coracle/base/version.hpp
// version.

#define CORACLE_VERSION_STRING "1.2.3"

// ---- coracle/os/b.hpp
// b: it.

#if defined(SYSTEM)

#include <sys/epoll.h>

#endif

int b();
"""
LIST = "include/coracle.hpp"
MISTAKES = [
    ({LIST: "#include <coracle/os/b.hpp>\n#include <coracle/base/version.hpp>\n"}, "is not listed above"),
    ({LIST: TREE[LIST] + "#include <coracle/os/b.hpp>\n"}, "is listed twice"),
    ({LIST: TREE[LIST] + "#include <coracle/os/gone.hpp>\n"}, "does not exist"),
    ({"include/coracle/os/b.hpp": '#pragma once\n#include "c.hpp"\n'}, "is relative"),
    ({"include/coracle/base/version.hpp": "#pragma once\n"}, "wants the line #define CORACLE_VERSION_STRING"),
]


def make(**changes):
    files = {**TREE, **changes}

    def read(path):
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    return amalgamator.amalgamate(read)


broken = []
if make() != WANTED:
    broken.append(f"the sample gives\n{make()}\ninstead of\n{WANTED}")
for changes, fragment in MISTAKES:
    try:
        make(**changes)
        broken.append(f"does not notice: {fragment}")
    except amalgamator.Mistake as mistake:
        if fragment not in str(mistake):
            broken.append(f"says `{mistake}` instead of `{fragment}`")
print("\n".join(broken))
print(f"[amalgamate] checks: {len(MISTAKES) + 1} | {len(MISTAKES) + 1 - len(broken)} passed | {len(broken)} failed |")
sys.exit(1 if broken else 0)
