#!/usr/bin/env python3
# What coracle costs the compiler: CPU seconds and preprocessed lines of examples/01_hello.cpp.
"""usage: tests/bench/compile_cost.py [COMPILER...]   (clang++-19 and g++ where they are, unless you name others)

CPU seconds are user and system time, the best of three; lines are those left after preprocessing that are not blank.
The row `standard headers` is the same without coracle: what every program pays that includes what coracle includes.
"""

import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
HELLO = ROOT / "examples/01_hello.cpp"
ROUNDS = 3


def call(*line):
    done = subprocess.run([str(word) for word in line], capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        sys.exit(done.stderr[-3000:])
    return done.stdout


def cpu_seconds(*line):
    """The least of a few runs: what the machine's other work adds is never less than nothing."""
    best = float("inf")
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        call(*line)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return best


def main(compilers):
    compilers = compilers or [name for name in ("clang++-19", "g++") if shutil.which(name)]
    product = (ROOT / "single_include/coracle.hpp").read_text(encoding="utf-8")
    above = product.split("\n// ---- ", 1)[0]
    with tempfile.TemporaryDirectory() as folder:
        bare = pathlib.Path(folder) / "standard_headers.cpp"
        bare.write_text("\n".join(re.findall(r"^#include .*", above, re.M)) + "\nint main() {}\n", encoding="utf-8")
        print(f"{'compiler':<12} {'program':<18} {'CPU-s -O0':>10} {'CPU-s -O2':>10} {'lines':>9}")
        for compiler in compilers:
            for name, source in (("01_hello", HELLO), ("standard headers", bare)):
                line = [compiler, "-std=c++20", "-I", ROOT / "single_include", source]
                lines = sum(1 for text in call(*line, "-E", "-P").splitlines() if text.strip())
                output = ["-c", "-o", pathlib.Path(folder) / "x.o"]
                plain, optimised = cpu_seconds(*line, "-O0", *output), cpu_seconds(*line, "-O2", *output)
                print(f"{compiler:<12} {name:<18} {plain:>10.2f} {optimised:>10.2f} {lines:>9}")
    print(f"single header: {product.count(chr(10))} lines, {len(product) // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
