#!/usr/bin/env python3
# Writes the tests of a room into one source, each file in a namespace of its own: the compiler reads every header once.
"""usage: tests/together.py OUT.cpp TEST.cpp...
       tests/together.py --programs OUT.cpp PROGRAM.cpp...    one program that is each of them, by the name it is called
       tests/together.py --apart TEST.cpp...    names those that are compiled apart
       tests/together.py --self-test

All #include lines come first, then each file as `namespace in_NAME { ... }`, with #line, so that what compilers,
sanitizers and doctest say names the file and line that you edit. Apart stays a file that opens a namespace with a name,
specialises a template, or asks the preprocessor before it includes.
"""

import os
import pathlib
import re
import sys

# At the begin of a line, where clang-format has it.
APART = re.compile(r"^(template <>|namespace [\w:]+ \{|(void\* )?operator (new|delete))", re.M)


def split(text):
    """(includes, number of the line behind them, the rest) of a test file; None when it stays apart."""
    lines = text.splitlines()
    places = [number for number, line in enumerate(lines) if line.startswith("#include")]
    behind = places[-1] + 1 if places else 0
    between = [line for line in lines[:behind] if line.strip() and not line.startswith(("//", "#include"))]
    if between or APART.search(text):
        return None
    return [lines[number] for number in places], behind + 1, lines[behind:]


def namespace_of(path):
    return "in_" + re.sub(r"\W", "_", pathlib.PurePath(path).stem)


def together(files):
    """The one source; files: pairs of a path, as it shall be told, and the text. error: ValueError for one that stays
    apart."""
    # GCC lets a main file have types without linkage; behind #line it does not know that this is one.
    pragma = '#pragma GCC diagnostic ignored "-Wsubobject-linkage"'
    quiet = ["#if defined(__GNUC__) && !defined(__clang__)", pragma, "#endif"]
    includes, inside = dict.fromkeys(quiet), []
    for path, text in files:
        parts = split(text)
        if not parts:
            raise ValueError(f"{path} is compiled apart by now, which meson finds out by: meson setup --reconfigure")
        found, line, rest = parts
        includes |= dict.fromkeys(found)
        name = namespace_of(path)
        inside += [f"namespace {name} {{", f'#line {line} "{path}"', *rest, f"}}  // namespace {name}"]
    return "\n".join([*includes, *inside, ""])


def programs(files):
    """The same of programs; the one main() calls the one whose stem ends the name that it was called by."""
    changed, calls = [], []
    for path, text in files:
        # What is no main() any more must say what it returns.
        main = r"^int main(\(.*?\) \{(?:[^\n]*|\n(?:.*\n)*?))\}$"
        text, found = re.subn(main, r"int program\1return 0; }", text, count=1, flags=re.M)
        if not found:
            raise ValueError(f"{path} has no main() that begins with its line")
        given = "argc, argv" if "int program(int argc, char** argv)" in text else ""
        stem = pathlib.PurePath(path).stem
        calls.append(f'    if (called.ends_with("{stem}")) return {namespace_of(path)}::program({given});')
        changed.append((path, text))
    end = ["#include <string_view>", "int main([[maybe_unused]] int argc, char** argv) {"]
    end += ["    std::string_view called = argv[0];", *calls, "    return 2;", "}", ""]
    return together(changed) + "\n".join(end)


def self_test():
    plain = "// Says why.\n#include <a>\n\n#include <b>\n\nint x;\n"
    assert split(plain) == (["#include <a>", "#include <b>"], 5, ["", "int x;"])
    assert split("int x;\n") == ([], 1, ["int x;"])
    for apart in (
        "#define A\n#include <a>\n",
        "#if A\n#include <a>\n#endif\n",
        "#include <a>\ntemplate <>\nint x<int>;\n",
        "namespace coracle {\n}\n",
        "void* operator new(std::size_t size) {\n",
    ):
        assert split(apart) is None, apart
    text = together((("t/one.cpp", plain), ("t/two.cpp", "#include <b>\nint y;\n")))
    assert text.split("#endif\n")[1] == (
        "#include <a>\n#include <b>\n"
        'namespace in_one {\n#line 5 "t/one.cpp"\n\nint x;\n}  // namespace in_one\n'
        'namespace in_two {\n#line 2 "t/two.cpp"\nint y;\n}  // namespace in_two\n'
    ), text
    one, two = "int main() {\n    f([] {\n    });\n}\n", "int main(int argc, char** argv) { f(); }\n"
    text = programs((("e/1.cpp", one), ("e/2.cpp", two)))
    assert "int program() {\n    f([] {\n    });\nreturn 0; }\n}  // namespace in_1\n" in text, text
    assert "int program(int argc, char** argv) { f(); return 0; }\n" in text, text
    assert 'if (called.ends_with("2")) return in_2::program(argc, argv);\n' in text, text
    print("[together] self-test: 1 | 1 passed | 0 failed |")
    return 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    write = together
    if arguments[0] == "--programs":
        write, arguments = programs, arguments[1:]
    out, *paths = arguments
    files = [(os.path.abspath(path), pathlib.Path(path).read_text(encoding="utf-8")) for path in paths]
    if out == "--apart":
        for path, text in files:
            if not split(text):
                print(os.path.basename(path))
        return 0
    try:
        source = write(files)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    pathlib.Path(out).write_text(source, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
