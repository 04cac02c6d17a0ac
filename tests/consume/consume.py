# Uses coracle as three strangers would: as a meson subproject, as the copied header, and installed, by pkg-config.
"""usage: tests/consume/consume.py COMPILER [OPTION...]"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = pathlib.Path(os.environ.get("CORACLE_SOURCE_ROOT") or HERE.parents[1])
COMPILER = sys.argv[1:] or [os.environ.get("CXX", "c++"), "-std=c++20"]
PROGRAM = HERE / "program.cpp"
VERSION = re.search(r'STRING "(.*)"', (ROOT / "include/coracle/base/version.hpp").read_text(encoding="utf-8")).group(
    1
)


class Failed(Exception):
    """What a stranger would see."""


def call(*line, **options):
    line = [str(word) for word in line]
    environment = dict(os.environ, **options.pop("env", {}))
    done = subprocess.run(
        line,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        env=environment,
        **options,
    )
    if done.returncode != 0:
        raise Failed(f"{' '.join(line)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def expect_version(program):
    printed = call(program).strip()
    if printed != VERSION:
        raise Failed(f"{program} prints {printed!r}, not {VERSION!r}")


def meson():
    """meson, as it configured this build; the programs it calls by itself must be the compiler under test."""
    if not shutil.which("meson"):
        raise Failed("meson is not on the PATH")
    compiler = [word for word in COMPILER if not word.startswith("-")]
    options = [word for word in COMPILER[len(compiler) :] if not word.startswith("-std=")]
    return {"CXX": " ".join(compiler), "CXXFLAGS": " ".join(options), "LDFLAGS": " ".join(options)}


def subproject(folder):
    """A meson project with coracle in subprojects/: warnings as errors, and nothing of coracle's own is built."""
    (folder / "subprojects").mkdir()
    # A copy of what a user would fetch. A link would do, but meson would then write into this tree.
    shutil.copytree(ROOT / "include", folder / "subprojects/coracle/include")
    shutil.copy(ROOT / "meson.build", folder / "subprojects/coracle")
    shutil.copy(HERE / "subproject.meson.build", folder / "meson.build")
    shutil.copy(PROGRAM, folder)
    environment = meson()
    call("meson", "setup", folder / "build", folder, "--wrap-mode=nodownload", env=environment)
    call("ninja", "-C", folder / "build", env=environment)
    expect_version(folder / "build/program")


def copied_header(folder):
    """One file, beside the program."""
    shutil.copy(ROOT / "single_include/coracle.hpp", folder)
    call(*COMPILER, "-I", folder, PROGRAM, "-o", folder / "program", "-pthread")
    expect_version(folder / "program")


def installed(folder):
    """meson install, then the flags that pkg-config gives; every header is there, and nothing else."""
    # The tests are no stranger's business: without them the setup is that of a package.
    source = folder / "source"
    shutil.copytree(ROOT / "include", source / "include")
    build = (ROOT / "meson.build").read_text(encoding="utf-8").replace("subdir('tests')", "")
    (source / "meson.build").write_text(build, encoding="utf-8")
    call("meson", "setup", folder / "build", source, f"--prefix={folder / 'prefix'}", env=meson())
    call("meson", "install", "-C", folder / "build", "--quiet")
    there = {path.relative_to(folder / "prefix/include") for path in (folder / "prefix/include").rglob("*.hpp")}
    wanted = {path.relative_to(ROOT / "include") for path in (ROOT / "include").rglob("*.hpp")}
    if there != wanted:
        raise Failed(f"installed headers differ: {sorted(map(str, there ^ wanted))}")
    environment = {"PKG_CONFIG_PATH": str(folder / "prefix/share/pkgconfig")}
    flags = call("pkg-config", "--cflags", "--libs", "coracle", env=environment).split()
    if call("pkg-config", "--modversion", "coracle", env=environment).strip() != VERSION:
        raise Failed("pkg-config gives another version than version.hpp")
    call(*COMPILER, PROGRAM, "-o", folder / "program", *flags)
    expect_version(folder / "program")


broken = 0
WAYS = (subproject, copied_header, installed)
for way in WAYS:
    with tempfile.TemporaryDirectory() as scratch:
        try:
            way(pathlib.Path(scratch))
            print(f"works   {way.__name__}")
        except Failed as failed:
            broken += 1
            print(f"broken  {way.__name__}: {way.__doc__}\n{failed}")
print(f"[consume] ways: {len(WAYS)} | {len(WAYS) - broken} passed | {broken} failed |")
sys.exit(1 if broken else 0)
