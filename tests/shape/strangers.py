# Furniture: the repository speaks of no machine, and of no host but those a reader should visit.
import re

from tree import Problem, line_of

LAW = "no path of somebody's machine, and no host but the listed ones"

# Where a link in this repository may lead: standards, the tools a user needs, and hosts that are reserved for examples.
HOSTS = re.compile(
    r"(?:[\w-]+\.)*(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|rfc-editor\.org|ietf\.org|w3\.org|"
    r"whatwg\.org|unicode\.org|json-schema\.org|openapis\.org|iana\.org|mozilla\.org|cppreference\.com|"
    r"mesonbuild\.com|man7\.org)"
)
MACHINE = re.compile(
    r"(?<![\w./~-])/(?:root|home/\w+|Users/\w+|work|workspace|builds)/[\w.-]+|(?<![\w./-])/tmp/\w[\w.-]*/"
)
LINK = re.compile(r"\b(?:https?|wss?|git|ssh|ftp)://(?:[^/@\s]*@)?(\[[^\]]*\]|[\w.-]+)")
DATA = ("tests/fuzz/corpus/",)


def check(tree):
    for path in tree.paths:
        if path.startswith(DATA) or path == "tests/shape/strangers.py" or path == "single_include/coracle.hpp":
            continue
        text = tree.read(path)
        for found in MACHINE.finditer(text):
            yield Problem(
                path,
                line_of(text, found.start()),
                f"names a path of one machine: {found.group()}",
                "use a path from the root of the repository, or ask for a temporary folder",
            )
        for found in LINK.finditer(text):
            host = found.group(1).lower().rstrip(".")
            if not re.search(r"\.[a-z]{2,}$", host) or HOSTS.fullmatch(host):
                continue
            if path.startswith("tests/") and path.endswith((".cpp", ".md", ".json")):
                remedy = "in tests use example.com and its like, which are reserved for that"
            else:
                remedy = (
                    "name the standard instead (RFC 9112 6.3), or add the host to HOSTS in tests/shape/strangers.py"
                )
            yield Problem(path, line_of(text, found.start()), f"leads to {host}", remedy)


GOOD = [
    {"a.md": "see https://www.rfc-editor.org/rfc/rfc9112 and http://127.0.0.1:8000/docs and http://[::1]/x"},
    {"a.cpp": 'get("https://api.example.com/users"); open("/tmp"); path("/workshop/x"); "//work/x"'},
]
BAD = [
    ({"a.md": "built in /home/ann/coracle"}, "names a path of one machine"),
    ({"a.sh": "cd /work/main"}, "names a path of one machine"),
    ({"a.sh": "cp x /tmp/mine/x"}, "names a path of one machine"),
    ({"a.md": "https://mirror.somewhere.org/debian"}, "leads to mirror.somewhere.org"),
]
