# Law 4: what must not compile does not, and the compiler's message holds the sentence that the user needs.
#
# tests/shape/must_not_compile/<room>_<mistake>.cpp opens with one or more lines `// expect: <fragment of the message>`;
# a line `// lines: 15` behind them says how long the compiler's whole output may be.
import re

from compiler import ROOT, check_syntax, finish


def verdict(name, text, compiles, output):
    """What is wrong with one refused program, or None."""
    fragments = re.findall(r"\A(?:// expect: .*\n)+", text)
    fragments = re.findall(r"^// expect: *(.*?) *$", fragments[0], re.M) if fragments else []
    if not fragments:
        return f"{name}: does not say which message it must give\n    Remedy: open it with `// expect: <fragment>`."
    if compiles:
        return (
            f"{name}: compiles, but must not\n"
            "    Remedy: bring back the static_assert, constraint or consteval check that refused it; or, when the "
            "program is right now, delete the file."
        )
    missing = [fragment for fragment in fragments if fragment not in output]
    if missing:
        return (
            f"{name}: is refused without the sentence `{missing[0]}`; the compiler says\n{output[:2500]}\n"
            "    Remedy: make the check that fires say it, or change the expectation when the new words are better."
        )
    most = re.search(r"^// lines: (\d+)$", text, re.M)
    if most and output.count("\n") > int(most.group(1)):
        return (
            f"{name}: is refused in {output.count(chr(10))} lines, more than {most.group(1)}; the compiler says\n"
            f"{output[:2500]}\n    Remedy: find the mistake closer to what the user writes: each level of templates "
            "or calls is three lines."
        )
    return None


# The check itself must be able to fail.
samples = [
    (("right.cpp", "int main() {}\n"), "// expect: anything\nint main() {}\n", "compiles, but must not"),
    (
        ("wrong.cpp", 'static_assert(false, "one thing");\n'),
        "// expect: another\n",
        "is refused without the sentence",
    ),
    (
        ("long.cpp", 'static_assert(false, "one thing");\n'),
        "// expect: one thing\n// lines: 1\n",
        "is refused in",
    ),
    (("silent.cpp", "int main() { return x; }\n"), "int main() { return x; }\n", "does not say which message"),
]
good = ("good.cpp", '// expect: one thing\nstatic_assert(sizeof(int) == 0, "one thing");\n')
results = check_syntax([good, *(source for source, _, _ in samples)])
broken = []
for source, text, fragment in samples:
    if fragment not in str(verdict(source[0], text, *results[source])):
        broken.append(f"must_not_compile.py misses `{fragment}` in {source}: the check is blind")
if verdict(good[0], good[1], *results[good]):
    broken.append(f"must_not_compile.py refuses a right sample: {verdict(good[0], good[1], *results[good])}")

programs = sorted(path.relative_to(ROOT) for path in (ROOT / "tests/shape/must_not_compile").glob("*.cpp"))
for path, (compiles, output) in check_syntax(programs, once=True).items():
    problem = verdict(path, (ROOT / path).read_text(encoding="utf-8"), compiles, output)
    if problem:
        broken.append(problem)
finish("must not compile", len(programs) + len(samples) + 1 - len(broken), broken)
