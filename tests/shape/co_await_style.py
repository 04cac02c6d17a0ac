# The house style of co_await: the forms that GCC 12.2, Debian 12's compiler, compiles to what they say.
#
# Facts (g++ 12.2; every other form below is right on clang 16 and later and on GCC 13 and later):
# - A temporary made by braces, or a closure that captures by value, is destroyed twice when the same expression awaits.
# - An initializer_list in an expression that awaits is a compile error ("array used as initializer").
# - co_await inside braces, in an arm of ?: or in a throw is a double free.
# - co_await in a bare condition of a named coroutine without a local variable never completes.
import re

from tree import Problem, code, line_of

LAW = "co_await stands only in the forms that every supported compiler gets right"

FORMS = (
    "co_await stands alone, after `=` (also in `if (auto x = co_await e; x)`, `while (auto x = co_await e)`, "
    "`for (auto& x : co_await e)`) or after co_return"
)
CONTROL = ("if", "while", "for", "switch", "catch")
PREFIX = re.compile(
    r"\s*(?:(?:else|do|try)\b|(?:case\b[^;{}?]*?|default\s*|\w+\s*)(?<!:):(?!:)|\(void\)|\[\[[^\]]*\]\])"
)
REFERENCE = re.compile(r"this|&|&\s*\w+(?:\s*=.*)?|&\s*\.\.\.\s*\w+|&\s*\w+\s*\.\.\.", re.S)
TOKEN = re.compile(r"\bco_await\b|\bco_yield\b|[(){}\[\];]")


def check(tree):
    for path in tree.under("include/", ".hpp") + tree.under("examples/", ".cpp"):
        yield from check_text(path, tree.read(path))
    for path in ("README.md", "examples/README.md"):
        if tree.has(path):
            text = tree.read(path)
            for block in re.finditer(r"^```(?:cpp|c\+\+|C\+\+)\n(.*?)^```", text, re.M | re.S):
                yield from check_text(path, block.group(1), line_of(text, block.start(1)) - 1)


def check_text(path, text, first_line=0):
    plain = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda d: re.sub(r"[^\n]", " ", d.group()), code(text), flags=re.M)
    for position, wrong, remedy in offences(plain):
        yield Problem(path, first_line + line_of(plain, position), wrong, remedy)


def is_block(plain, brace):
    """Whether `{` opens statements (a function, a lambda, a loop) rather than an initialiser."""
    before = plain[:brace].rstrip()
    if before.endswith("{"):
        return is_block(plain, len(before) - 1)
    if not before or before[-1] in ")};:":
        return True
    since = re.split(r"[;{}]", before)[-1]
    if re.search(r"(?:^|\W)(?:else|do|try|const|noexcept|override|final|mutable|volatile|&&?)$", since):
        return True
    # A lambda's body: `[...] {`; or behind a trailing return type: `-> task<json> {`; or a constraint or a definition.
    if before.endswith("]"):
        opening = _opening(before, len(before) - 1)
        return opening == 0 or not re.search(r"[\w\])]\s*$", before[:opening])
    return bool(
        re.search(r"\)\s*(?:\w+\s*)*->[^=()]*(?:\([^()]*\))?[^=()]*$", since)
        or re.search(
            r"^\s*(?:template\b.*>\s*)?(?:inline\s+)?(?:namespace|struct|class|union|enum|extern)\b", since, re.S
        )
        or re.search(r"\brequires\b[^=]*$", since)
    )


def _opening(plain, closing):
    """Position of the bracket that `plain[closing]` closes."""
    depth = 0
    for position in range(closing, -1, -1):
        depth += {"]": 1, "[": -1}.get(plain[position], 0)
        if depth == 0:
            return position
    return 0


def is_capture(plain, bracket):
    """Whether `[` opens the captures of a lambda rather than a subscript, a binding or an attribute."""
    before = plain[:bracket].rstrip()
    if plain.startswith("[[", bracket) or before.endswith("["):
        return False
    if re.search(r"(?:\breturn|\bco_return|\bco_await|\bco_yield)$", before):
        return True
    return not re.search(r"(?:[\w\])]|auto\s*&{0,2})$", before)


def offences(plain):
    """(position, what is wrong, remedy) of each co_await and co_yield that is out of style."""
    # One level per open bracket: its kind, and where the statement in it begins.
    levels = [["block", 0]]
    for found in TOKEN.finditer(plain):
        token, position = found.group(), found.start()
        if token in "([{":
            if token == "(":
                word = re.search(r"(\w+)\s*(?:constexpr\s*)?$", plain[:position])
                kind = word.group(1) if word and word.group(1) in CONTROL else "call"
            elif token == "[":
                kind = "capture" if is_capture(plain, position) else "call"
            else:
                kind = "block" if is_block(plain, position) else "braces"
            levels.append([kind, position + 1])
        elif token in ")]}":
            if len(levels) > 1:
                kind = levels.pop()[0]
                if levels[-1][0] == "block" and (kind == "block" or kind in CONTROL):
                    levels[-1][1] = position + 1
        elif token == ";":
            levels[-1][1] = position + 1
        elif not re.search(r"\boperator\s*$", plain[:position]):
            offence = judge(plain, levels, token, position)
            if offence:
                yield position, *offence


def judge(plain, levels, token, position):
    """(what is wrong, remedy) or None."""
    nearest = next(i for i in range(len(levels) - 1, -1, -1) if levels[i][0] == "block" or levels[i][0] in CONTROL)
    kinds = [kind for kind, _ in levels[nearest + 1 :]]
    name_it = f"name the result first (`auto x = {token} ...;`), then use x"
    if "braces" in kinds:
        return f"{token} stands inside braces", name_it
    if "capture" in kinds:
        return f"{token} stands in a lambda's captures", name_it
    kind, start = levels[nearest]
    head = plain[start:position]
    while True:
        shorter = PREFIX.match(head)
        if not shorter:
            break
        head = head[shorter.end() :]
    outermost = not re.search(r"\bco_await\b|\bco_yield\b", head)
    if outermost:
        if kind in CONTROL:
            declares = re.search(r"(?:[\w>&*\]]\s+|[&*])\w+\s*=\s*[(*!]*$|\]\s*=\s*[(*!]*$", head)
            ranges = kind == "for" and re.search(r"(?<!:):\s*[(*]*$", head)
            if not declares and not ranges:
                return f"{token} stands in the bare condition of {kind}", name_it
        elif not re.fullmatch(r"\s*(?:co_return\b[\s(*!]*|co_yield\s*)?", head) and not re.search(
            r"(?<![=!<>])=\s*[(*!]*$|(?:<<|>>)=\s*$", head
        ):
            if re.match(r"\s*throw\b", head):
                return f"{token} stands in a throw", name_it
            return f"{token} stands inside a larger expression", f"{name_it}. {FORMS}"
    return judge_operand(plain, token, position)


def judge_operand(plain, token, position):
    depth, at = 0, position + len(token)
    if token == "co_yield" and re.match(r"\s*\{\s*\}\s*;", plain[at:]):
        return None
    while at < len(plain):
        letter = plain[at]
        if letter in ")]}" and depth == 0 or letter == ";" and depth == 0:
            return None
        if letter == "[" and is_capture(plain, at):
            closing = _closing(plain, at)
            for capture in _split(plain[at + 1 : closing]):
                if not REFERENCE.fullmatch(capture.strip()):
                    return (
                        f"a lambda in the operand of {token} captures by value: [{capture.strip()}]",
                        "capture by reference, or name the lambda first (`auto work = [x] { ... };`) and pass the name",
                    )
            at = closing + 1
            continue
        if letter == "{":
            if not is_block(plain, at):
                return (
                    f"the operand of {token} holds braces",
                    "name the value first (`json reply{...};`), or build it with a constructor or a function",
                )
            at = _closing(plain, at) + 1
            continue
        if letter == "?":
            return f"the operand of {token} holds ?:", "choose first, into a variable, then await"
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        at += 1
    return None


def _closing(plain, opening):
    depth = 0
    for position in range(opening, len(plain)):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(plain[position], 0)
        if depth == 0:
            return position
    return len(plain) - 1


def _split(text):
    """By the commas that stand in no bracket."""
    parts, depth, last = [], 0, 0
    for position, letter in enumerate(text):
        depth += {"(": 1, "[": 1, "{": 1, "<": 1, ")": -1, "]": -1, "}": -1, ">": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append(text[last:position])
            last = position + 1
    return [part for part in [*parts, text[last:]] if part.strip()]


_PASS = """
co_await sleep(2s);
co_return {{"message", "Hello"}};
co_return json{{"a", 1}, {"b", json{{"c", 2}}}};
co_return ok ? json{{"a", 1}} : json{{"b", 2}};
co_return co_await f();
co_return (co_await f()).field;
auto x = co_await f(a, b);
auto [user, posts] = co_await gather(fetch_user(id), fetch_posts(id));
const auto& r = co_await f();
auto& r = co_await f();
item* p = co_await f();
auto x = *co_await find(id);
x += co_await f();
map[k] = co_await f();
this->x_ = co_await f();
if (auto u = co_await find(id); u) { use(*u); }
if (auto u = co_await find(id)) use(*u);
while (auto m = co_await ws.receive()) co_await ws.send("echo: " + m->text());
while (std::optional<int> m = co_await c.receive()) { use(*m); }
for (;;) { auto m = co_await ws.receive(); if (!m) break; }
for (auto& x : co_await list()) use(x);
for (auto& [k, v] : co_await m()) use(k);
for (auto n = co_await count(); n > 0; --n) use(n);
if (done) co_await finish();
if (done) { a(); } else co_await finish();
do co_await step(); while (more());
switch (n) { case 1: co_await one(); break; default: co_await other(); }
try { co_await f(); } catch (const std::exception&) { failed = true; }
co_await f(co_await g());
co_await offload([&] { return hash_password(text); });
co_await offload([this, &x] { return 1 ? a : b; });
co_await with_group([&](task_group& group) -> task<> { for (auto& url : urls) group.spawn(fetch(url)); co_return; });
app.get("/", []() -> task<json> { co_return json{{"a", 1}}; });
app.get("/", [&](int id) -> task<item> { auto x = co_await f(id); co_return x; });
app.get("/", [=](int id) -> task<std::vector<item>> { auto x = co_await f(id); co_return x; });
app.get("/", [name](int id) -> task<> { co_await f(id); });
auto lazy = [s] { return s; }; co_await offload(lazy);
json j{{"a", 1}}; co_await ws.send(j);
auto t = ws.send({{"a", 1}}); co_await std::move(t);
co_yield {};
co_yield std::to_string(i) + "\\n";
(void)co_await f();
auto s = "co_await {?}"; // co_await f(S{1})
[[maybe_unused]] auto x = co_await f();
auto operator co_await() noexcept { return awaiter(*this); }
retry: co_await f();
std::sort(v.begin(), v.end(), [o](int a, int b) { return a < b; }); co_await f();
std::string text = co_await req.body.text();
co_await jobs.send(a[i]);
x = a < b; co_await f();
""".strip().splitlines()

_FAIL = """
co_await h(S{1, "x"});                          | holds braces
co_await h({.id = 1});                          | holds braces
co_await ws.send({{"a", 1}});                   | holds braces
auto x = co_await f({1, 2, 3});                 | holds braces
co_await aggregate_awaiter{1, 2};               | holds braces
co_await h(g(S{}));                             | holds braces
co_yield json{{"a", 1}};                        | holds braces
co_yield S{1, "x"};                             | holds braces
co_await to_thread([s] { return s; });          | captures by value: [s]
co_await to_thread([=] { return s; });          | captures by value: [=]
co_await to_thread([&, s] { return s; });       | captures by value: [s]
co_await to_thread([s = f(a, b)] { return s; });| captures by value: [s = f(a, b)]
co_await [s]() -> task<> { co_return; }();      | captures by value: [s]
co_await to_thread([*this] { go(); });          | captures by value: [*this]
S s{co_await f(), co_await g()};                | inside braces
vector v = {co_await f()};                      | inside braces
co_return {{"a", co_await f()}};                | inside braces
co_return S{.id = co_await f()};                | inside braces
auto h = [x = co_await f()] { return x; };      | in a lambda's captures
auto x = c ? co_await f() : g();                | inside a larger expression
co_await f(c ? a : b);                          | holds ?:
co_await (c ? f() : g());                       | holds ?:
throw X(co_await f());                          | in a throw
if (!co_await exists(id)) throw y;              | bare condition of if
if (co_await exists(id)) { }                    | bare condition of if
while (co_await more()) { }                     | bare condition of while
while (x == co_await more()) { }                | bare condition of while
switch (co_await kind()) { }                    | bare condition of switch
for (int i = 0; i < co_await f(); ++i) { }      | bare condition of for
if (auto x = f(); co_await g(x)) { }            | bare condition of if
v.push_back(co_await f());                      | inside a larger expression
auto x = a && co_await f();                     | inside a larger expression
auto x = y == co_await f();                     | inside a larger expression
app.get("/", [&](int id) -> task<item> { co_await f(S{id}); }); | holds braces
with_group([&](group& g) -> task<> { if (co_await f()) { } });  | bare condition of if
""".strip().splitlines()


def _sample(line):
    return {"include/coracle/async/h.hpp": "task<int> f(int id) {\n    " + line + "\n}\n"}


_README = "# x\n\n```cpp\n{}\n```\n"

GOOD = [_sample(line) for line in _PASS]
GOOD += [{"README.md": _README.format("co_await f();")}, {"README.md": "co_await f(S{1});\n"}]
BAD = [(_sample(line.rpartition("|")[0].rstrip()), line.rpartition("|")[2].strip()) for line in _FAIL]
BAD += [
    ({"README.md": _README.format("co_await f(S{1});")}, "README.md:4: the operand of co_await holds braces"),
    ({"examples/01_hello.cpp": "task<> f() { co_await g({1}); }\n"}, "holds braces"),
]
