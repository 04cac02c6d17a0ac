#!/usr/bin/env python3
# Sends the same requests to an app on FastAPI and to its coracle twin, and compares what they answer.
"""usage: tests/twin/compare.py PROGRAM [REQUESTS.txt...]
       tests/twin/compare.py --ready      (0 when FastAPI is installed)
       tests/twin/compare.py --self-test

PROGRAM is twin.cpp, built. FastAPI is looked for in the Python that runs this, or in $CORACLE_FASTAPI_PYTHON; where it
is not installed, the comparison is skipped (exit code 77).

Requests stand in requests/*.txt, grouped by subject. A line is a request, and indented lines say more about it:

    POST /items
        json {"name": "tea", "price": 2.5}
        x-token: a field of the head
        differs status: 422 -> 201
        because lax-prices

`json TEXT` and `form TEXT` are a body with its content-type, `part PARAMETERS | TEXT` is a part of a multipart form,
`body TEXT` is one without; \\n, \\r, \\t, \\\\ and
\\xNN in it are bytes. An expected difference names an aspect (status, body, or a field of the head), what FastAPI and
what coracle answer (`*`: anything, `-`: nothing), and behind it stands a reason, which is defined once as `reason NAME:
why`. A difference that no longer differs is a failure too. PROGRAM is asked once more as `PROGRAM like-fastapi`, its
app with the option of that name: what differs for a `reason NAME (option): why` has to be FastAPI's answer then.
"""

import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "examples"))
import run as transcripts  # noqa: E402

SKIPPED = 77
FIELDS = (
    "content-type",
    "allow",
    "location",
    "www-authenticate",
    "set-cookie",
    "vary",
    "retry-after",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-credentials",
    "access-control-expose-headers",
    "access-control-max-age",
)


class Wrong(Exception):
    """A mistake in the data."""


class Reason:
    def __init__(self, option, why):
        self.option, self.why = option, why


class Request:
    def __init__(self, place, method, target):
        self.place, self.method, self.target = place, method, target
        self.fields, self.body = [], b""
        self.parts = 0
        self.differs, self.reasons = {}, {}  # by aspect: what both answer, and why

    def bytes(self):
        names = {name.lower() for name, _ in self.fields}
        body = self.body + (b"--x--\r\n" if self.parts else b"")
        head = [f"{self.method} {self.target} HTTP/1.1"]
        if "host" not in names:
            head.append("host: testserver")
        head += [f"{name}: {value}" for name, value in self.fields]
        if body and not names & {"content-length", "transfer-encoding"}:
            head.append(f"content-length: {len(body)}")
        head.append("connection: close")
        return ("\r\n".join(head) + "\r\n\r\n").encode() + body


def unescaped(text):
    known = {"n": b"\n", "r": b"\r", "t": b"\t", "\\": b"\\"}
    out = b""
    for plain, escape in re.findall(r"([^\\]+)|\\(x[0-9a-fA-F]{2}|.)", text):
        out += plain.encode() if plain else known.get(escape) or bytes.fromhex(escape[1:])
    return out


def parse(text, name):
    """(requests, reasons) of a data file."""
    requests, reasons = [], {}
    for number, line in enumerate(text.splitlines(), 1):
        place = f"{name}:{number}"
        if not line.strip() or line.startswith("#"):
            continue
        reason = re.match(r"reason ([\w-]+(?: \(option\))?): (.+)", line)
        request = re.match(r"([A-Z]+) (\S+)$", line)
        word, _, rest = line.strip().partition(" ")
        if reason:
            key, option, _ = reason.group(1).partition(" ")
            reasons[key] = Reason(bool(option), reason.group(2))
        elif request:
            requests.append(Request(place, *request.groups()))
        elif not line.startswith("    ") or not requests:
            raise Wrong(f"{place}: `{line}` is no request; write METHOD /target, and indent what belongs to it")
        elif word in ("json", "form", "body"):
            types = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
            if word in types:
                requests[-1].fields.append(("content-type", types[word]))
            requests[-1].body = unescaped(rest)
        elif word == "part":
            parameters, _, content = rest.partition(" |")
            if not requests[-1].parts:
                requests[-1].fields.append(("content-type", "multipart/form-data; boundary=x"))
            requests[-1].parts += 1
            head = b"--x\r\nContent-Disposition: form-data; " + unescaped(parameters) + b"\r\n\r\n"
            requests[-1].body += head + unescaped(content.removeprefix(" ")) + b"\r\n"
        elif word == "differs":
            found = re.match(r"([\w-]+): (.+) -> (.+)$", rest)
            if not found:
                raise Wrong(f"{place}: write `differs ASPECT: FASTAPI -> CORACLE`")
            requests[-1].differs[found.group(1)] = found.group(2, 3)
        elif word == "because":
            open_ends = requests[-1].differs.keys() - requests[-1].reasons.keys()
            requests[-1].reasons |= dict.fromkeys(open_ends, rest)
        else:
            field, colon, value = line.strip().partition(":")
            if not colon:
                raise Wrong(f"{place}: `{line.strip()}` says nothing about a request")
            requests[-1].fields.append((field, value.strip()))
    return requests, reasons


def load(paths):
    requests, reasons, wrong = [], {}, []
    for path in paths:
        found, why = parse(pathlib.Path(path).read_text(encoding="utf-8"), pathlib.Path(path).name)
        requests += found
        reasons |= why
    for one in requests:
        if one.differs.keys() != one.reasons.keys():
            wrong.append(f"{one.place}: behind `differs` comes `because`")
        wrong += [f"{one.place}: no line `reason {key}: why`" for key in one.reasons.values() if key not in reasons]
    used = {key for one in requests for key in one.reasons.values()}
    wrong += [f"the reason {name} is not needed any more" for name in reasons if name not in used]
    if wrong:
        raise Wrong("\n".join(wrong))
    return requests, reasons


class Answer:
    """What a server answered, by aspect."""

    def __init__(self, status, fields, body):
        self.aspects = {"status": str(status), "body": body.decode("utf-8", "backslashreplace")}
        for name in FIELDS:
            values = [value for field, value in fields if field.lower() == name]
            if name == "allow":  # a set
                values = [", ".join(sorted(re.split(r", *", ", ".join(values))))] if values else []
            self.aspects[name] = " | ".join(values)


def ask(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=transcripts.PATIENCE) as connection:
        connection.sendall(request.bytes())
        answer = http.client.HTTPResponse(connection, method=request.method)
        answer.begin()
        return Answer(answer.status, answer.getheaders(), answer.read())


def same_json(a, b):
    try:
        return json.loads(a) == json.loads(b)
    except ValueError:
        return False


def shown(text):
    return text if text else "-"


def judge(differs, theirs, ours):
    """(problems, notes) of one request."""
    problems, notes = [], []
    for aspect in theirs.aspects:
        a, b = theirs.aspects[aspect], ours.aspects[aspect]
        expected = differs.get(aspect)
        if expected:
            for who, wanted, got in (("FastAPI", expected[0], a), ("coracle", expected[1], b)):
                if wanted not in ("*", shown(got)):
                    problems.append(f"{aspect}: {who} should answer {wanted}\n        but answers {shown(got)}")
            if a == b:
                problems.append(f"{aspect}: differs no longer; take the line `differs {aspect}` away")
        elif a != b and aspect == "body" and same_json(a, b):
            notes.append(f"body: the same JSON in other bytes\n        FastAPI {a}\n        coracle {b}")
        elif a != b:
            problems.append(f"{aspect}:\n        FastAPI {shown(a)}\n        coracle {shown(b)}")
    return problems, notes


def fastapi_python():
    """A Python that has FastAPI; None when there is none."""
    for python in (os.environ.get("CORACLE_FASTAPI_PYTHON"), sys.executable):
        if python and subprocess.run([python, "-c", "import fastapi, uvicorn"], capture_output=True).returncode == 0:
            return python
    return None


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    python = fastapi_python()
    if arguments == ["--ready"]:
        return 0 if python else 1
    if not python:
        print(
            "skipped: FastAPI is not installed. Put it into a virtual environment with `pip install -r "
            "tests/twin/requirements.txt`, name its Python in CORACLE_FASTAPI_PYTHON, and make a new build folder."
        )
        return SKIPPED
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    requests, reasons = load(arguments[1:] or sorted((HERE / "requests").glob("*.txt")))
    lines = [python, str(HERE / "twin.py")], [arguments[0]], [arguments[0], "like-fastapi"]
    twins = [transcripts.Program(line) for line in lines]
    failed = passed = expected = 0
    try:
        ports = [twin.place()[1] for twin in twins]
        for request in requests:
            found = []
            try:
                theirs, ours, alike = (ask(port, request) for port in ports)
                found += judge(request.differs, theirs, ours)
                still = {k: v for k, v in request.differs.items() if not reasons[request.reasons[k]].option}
                for kind, texts in zip(found, judge(still, theirs, alike)):
                    kind += [f"like_fastapi: {text}" for text in texts if text not in kind]
            except (OSError, http.client.HTTPException) as error:
                found = [[f"no answer: {error!r}"], []]
            for kind, texts in zip(("", "note: "), found):
                for text in texts:
                    print(f"{request.place}: {request.method} {request.target}\n    {kind}{text}")
            failed += bool(found[0])
            passed += not found[0]
            expected += not found[0] and bool(request.differs)
    finally:
        for twin in twins:
            twin.kill()
    for name, reason in reasons.items():
        count = sum(name in one.reasons.values() for one in requests)
        gone = " (not with like_fastapi)" if reason.option else ""
        print(f"expected {count:3} times: {name}: {reason.why}{gone}")
    print(f"[twin] requests: {len(requests)} | {passed} passed | {failed} failed | {expected} differ as listed")
    return 1 if failed else 0


def self_test():
    """The data format and the judgement, without servers."""
    text = (
        "reason r (option): why\nGET /a?b\nPOST /c\n    json {}\\n\\xff\n    x-y: 1\n"
        "    differs status: 1 -> 2\n    because r\n"
    )
    requests, reasons = parse(text, "t")
    first, second = requests
    assert [one.method for one in requests] == ["GET", "POST"] and reasons["r"].option
    assert second.body == b"{}\n\xff" and second.fields == [("content-type", "application/json"), ("x-y", "1")]
    assert b"content-length: 4\r\n" in second.bytes()
    one = Answer(1, [("Allow", "B, A")], b'{"a":1}')
    two = Answer(2, [("allow", "A, B")], b'{"a": 1}')
    problems, notes = judge(second.differs, one, two)
    assert problems == [] and len(notes) == 1, (problems, notes)
    assert len(judge(first.differs, one, two)[0]) == 1
    assert any("no longer" in text for text in judge(second.differs, one, one)[0])
    for wrong in ("GET", "    x: y", "GET /a\n    nonsense"):
        try:
            parse(wrong, "t")
        except Wrong:
            continue
        raise AssertionError(wrong)
    print("[twin] self-test: 1 | 1 passed | 0 failed |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
