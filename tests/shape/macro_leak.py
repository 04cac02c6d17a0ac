# Law 4, the names: including coracle defines no macro but CORACLE_*, beyond what the system's headers define anyway.
from compiler import ROOT, finish, macros_of
from tree import STANDARD, Tree, includes

tree = Tree.on_disk(ROOT)
system = set()
for path in tree.headers():
    if "/with/" not in path:
        system.update(name for _, name, _, _ in includes(tree.read(path)) if not name.startswith("coracle"))
given = "".join(f"#include <{name}>\n" for name in sorted(system & STANDARD))
given += "".join(f"#if __has_include(<{name}>)\n#include <{name}>\n#endif\n" for name in sorted(system - STANDARD))


def leaks(text, *options):
    return sorted(name for name in macros_of(text, *options) - without if not name.startswith("CORACLE_"))


without = macros_of(given)
broken = []
if leaks(given + "#define LEAK 1\n#define CORACLE_X 1\n") != ["LEAK"]:
    broken.append("macro_leak.py does not see a macro that leaks: the check is blind")
for root in ("include", "single_include"):
    for name in leaks(given + "#include <coracle.hpp>\n", f"-I{ROOT / root}"):
        broken.append(
            f"{root}/coracle.hpp defines the macro {name}\n"
            "    Remedy: use constexpr, a template or a function; where only a macro will do, #undef it, or call it "
            "CORACLE_..."
        )
finish("macro leak", 3 - len(broken), broken)
