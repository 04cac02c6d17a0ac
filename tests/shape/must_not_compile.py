# Law 4: what must not compile does not, and the compiler's message holds the sentence that the user needs.
#
# tests/shape/must_not_compile/<room>_<mistake>.cpp opens with one or more lines `// expect: <fragment of the message>`;
# a line `// lines: 15` behind them says how long the compiler's whole output may be.
#
# GCC cannot keep parsed headers, so it reads ten programs as one, each in a namespace of its own. What it says there of
# a program can only acquit it: who lacks the sentence, or counts lines, is compiled alone.
import re

from compiler import ROOT, check_syntax, finish, is_clang


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


def joined(texts):
    """One program of several: the includes of all, then each in the namespace `refused_<its place>`."""
    includes = sorted({line for text in texts for line in text.splitlines() if line.startswith("#include")})
    parts = []
    for place, text in enumerate(texts):
        body = re.sub(r"^#include.*$", "", text, flags=re.M)
        parts.append(f'namespace refused_{place} {{\n#line 1 "refused_{place}.cpp"\n{body}\n}}\n')
    return "\n".join(includes) + "\n" + "".join(parts)


def errors_of(place, output):
    """The errors of `output`, each with what the compiler said before and behind it, that name `refused_<place>`."""
    blocks, ended = [[]], False
    for line in output.splitlines():
        told = re.match(r"\S+: (fatal error|error|warning): ", line)
        if ended and not line.startswith(" ") and not re.match(r"\S+: note: ", line):
            blocks.append([])
            ended = False
        ended = ended or bool(told)
        blocks[-1].append(line)
    texts = ["\n".join(block) for block in blocks]
    return "\n".join(text for text in texts if ": error: " in text and re.search(rf"\brefused_{place}\b", text))


def acquitted(programs):
    """Those that GCC refuses with their sentence among others."""
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in programs}
    chosen = [path for path, text in texts.items() if not re.search(r"^// lines: ", text, re.M)]
    groups = [chosen[at : at + 10] for at in range(0, len(chosen), 10)]
    sources = [(f"together_{n}.cpp", joined([texts[path] for path in group])) for n, group in enumerate(groups)]
    good = set()
    for (_, (_, output)), group in zip(check_syntax(sources, "-fmax-errors=0").items(), groups):
        for place, path in enumerate(group):
            said = errors_of(place, output)
            if said and verdict(path, texts[path], False, said) is None:
                good.add(path)
    return good


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
if not is_clang():
    pair = ("pair.cpp", joined([good[1], "// expect: one thing\nint main() { return 0; }\n"]))
    output = check_syntax([pair])[pair][1]
    if "one thing" not in errors_of(0, output) or errors_of(1, output):
        broken.append("must_not_compile.py takes what is said of one program for what is said of another")

programs = sorted(path.relative_to(ROOT) for path in (ROOT / "tests/shape/must_not_compile").glob("*.cpp"))
done = set() if is_clang() else acquitted(programs)
alone = [path for path in programs if path not in done]
for path, (compiles, output) in check_syntax(alone, once=True).items():
    problem = verdict(path, (ROOT / path).read_text(encoding="utf-8"), compiles, output)
    if problem:
        broken.append(problem)
finish("must not compile", len(programs) + len(samples) + 1 - len(broken), broken)
