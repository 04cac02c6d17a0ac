# The compiler under test, called by the checks that need one: which program, its options, a few files at a time.
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ.get("CORACLE_SOURCE_ROOT") or pathlib.Path(__file__).resolve().parents[2])
# Others share the machine; two at a time is what the CI has.
AT_ONCE = 2


def command():
    """What meson hands over behind the script's name; else $CXX."""
    return sys.argv[1:] or [os.environ.get("CXX", "c++"), "-std=c++20"]


def is_clang():
    return "clang" in subprocess.run([command()[0], "--version"], capture_output=True, text=True).stdout


def precompiled(folder):
    """Options with which clang finds all headers parsed already, which is seven times as fast; GCC gains nothing."""
    if not is_clang():
        return []
    made = str(pathlib.Path(folder) / "coracle.pch")
    line = [*command(), "-fpch-instantiate-templates", "-Wno-pragma-once-outside-header", "-I" + str(ROOT / "include")]
    subprocess.run([*line, "-x", "c++-header", str(ROOT / "include/coracle.hpp"), "-o", made], check=True)
    return ["-include-pch", made]


def check_syntax(sources, *options, once=False):
    """{source: (compiles, output)} of `-fsyntax-only` over each path, or over each (name, text). once: the headers are
    read once for all of them, not by each."""
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        if once:
            options = [*precompiled(folder), *options]

        def one(source):
            if isinstance(source, tuple):
                path = pathlib.Path(folder) / source[0]
                path.write_text(source[1], encoding="utf-8")
            else:
                path = ROOT / source
            line = [*command(), "-fsyntax-only", "-I" + str(ROOT / "include"), *options, str(path)]
            done = subprocess.run(line, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)
            return source, (done.returncode == 0, done.stdout + done.stderr)

        return dict(pool.map(one, sources))


def macros_of(text, *options):
    """The names defined after preprocessing `text`."""
    line = [*command(), "-E", "-dM", "-x", "c++", "-I" + str(ROOT / "include"), *options, "-"]
    done = subprocess.run(line, input=text, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        raise RuntimeError(done.stderr[:2000])
    return {line.split()[1].split("(")[0] for line in done.stdout.splitlines() if line.startswith("#define ")}


def finish(name, passed, broken):
    """Prints the findings and the counts that `.ci/run` adds up; ends the program."""
    for text in broken:
        print(text)
    print(f"[{name}] checks: {passed + len(broken)} | {passed} passed | {len(broken)} failed |")
    sys.exit(1 if broken else 0)
