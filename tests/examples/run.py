#!/usr/bin/env python3
# Runs one example against its transcript: every byte that the reader is promised, and a clean exit on Ctrl-C.
"""usage: tests/examples/run.py PROGRAM TRANSCRIPT.md
       tests/examples/run.py --self-test

A transcript is prose with indented steps. A server's steps are requests and the answers they get, one after another:

    > POST /items
    > content-type: application/json
    >
    > {"name":"tea"}
    < 200
    < content-type: application/json
    <
    < {"id":1,"name":"tea"}
    took 0.0 to 0.5 s

The status, each field named, and the body are compared exactly; other fields may come or not. `< !name` says that a
field must not come, `< ...` stands for any number of lines of the body. Two `>` blocks in a row are sent at once, on
two connections, and answered by as many `<` blocks. `^C` behind them interrupts the server when they are sent.
The lines of a body that is multipart/... are sent with CR LF.
A server that says tcp://HOST:PORT is sent lines and answers with lines, each block on connections of its own, which
have a letter when there are several. At its end the server must have said no more. `closed`: the server has closed it.

    a> GET tea
    b> SET tea 2.50
    b< OK
    a< NONE
    a> QUIT
    a closed

A block that begins with `> WEBSOCKET /path` is on WebSockets: each further line is a text message. How the server
closed is a line, too; at the end of the block the client closes.

    > WEBSOCKET /ws
    > hello
    < you said hello
    > quit
    < (closed 4001 as you wish)

A program that is no server says what it prints, all of it:

    | three, two, one
    took 0.1 to 0.5 s
"""

import difflib
import http.client
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time

PATIENCE = 20 * float(os.environ.get("CORACLE_TEST_PATIENCE", "1"))


class Wrong(Exception):
    """What differs from the transcript."""


class Step:
    """A run of lines of one kind: `>` requests, `<` answers, `|` output, `closed`, `^C`, or the time it took."""

    def __init__(self, kind, line, block=0, name=""):
        self.kind, self.line, self.lines = kind, line, []
        self.block, self.name = block, name  # which connection, where that matters


def parse(text):
    """The steps of a transcript."""
    steps, last, block = [], None, 0
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r" {4}([a-z]?)([<>|])(?: (.*))?$", line)
        closed = re.match(r" {4}(?:([a-z]) )?closed$", line)
        took = re.match(r" {4}took ([\d.]+) to ([\d.]+) s$", line)
        if line == "    ^C":
            steps.append(Step("^C", number))
            last = None
        elif took:
            steps.append(Step("took", number))
            steps[-1].lines = [float(took.group(1)), float(took.group(2))]
            last = None
        elif closed:
            steps.append(Step("closed", number, block, closed.group(1) or ""))
            last = None
        elif found:
            name, kind, content = found.group(1), found.group(2), found.group(3) or ""
            begins = (
                kind == ">" and re.match(r"[A-Z]+ \S+$", content) or kind == "<" and re.match(r"\d{3}\b", content)
            )
            if (kind, name) != last or begins:
                steps.append(Step(kind, number, block, name))
            steps[-1].lines.append(content)
            last = (kind, name)
        elif line.startswith("    ") and line.strip():
            raise Wrong(f"line {number} is indented, but is no step: begin it with > < | closed ^C or took")
        else:
            last, block = None, number
    if not any(step.kind in ("<", "|", "closed") for step in steps):
        raise Wrong("the transcript has no steps; see tests/examples/run.py for how to write them")
    return steps


def exchange(port, step, sent=lambda: None):
    """Sends the request of a step, then calls sent(); its answer as (status, [(name, value)], body)."""
    first, *rest = step.lines
    method, target = first.split(" ")
    blank = rest.index("") if "" in rest else len(rest)
    fields = [tuple(part.strip() for part in line.split(":", 1)) for line in rest[:blank]]
    parts = any(name.lower() == "content-type" and value.startswith("multipart/") for name, value in fields)
    body = ("\r\n" if parts else "\n").join(rest[blank + 1 :]).encode()
    named = {name.lower() for name, _ in fields}
    head = [f"{method} {target} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in fields]
    if "host" not in named:
        head.append(f"Host: 127.0.0.1:{port}")
    if body and not named & {"content-length", "transfer-encoding"}:
        head.append(f"Content-Length: {len(body)}")
    if "connection" not in named:
        head.append("Connection: close")
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode() + body)
        sent()
        answer = http.client.HTTPResponse(connection, method=method)
        answer.begin()
        return answer.status, answer.getheaders(), answer.read()


def shown(step, answer):
    """The answer as the lines that the transcript would have, with the fields it asks about."""
    status, fields, body = answer
    got = {}
    for name, value in fields:
        got.setdefault(name.lower(), []).append(value)
    wanted_status = step.lines[0]
    lines = [wanted_status if wanted_status.split(" ")[0] == str(status) else str(status)]
    blank = step.lines.index("") if "" in step.lines else len(step.lines)
    for line in step.lines[1:blank]:
        if line.startswith("!"):
            name = line[1:].strip().lower()
            lines += [line] if name not in got else [f"{name}: {value}" for value in got[name]]
        else:
            name, _, value = line.partition(":")
            values = got.get(name.strip().lower(), [])
            lines.append(line if value.strip() in values else f"{name}: {', '.join(values) or '(not there)'}")
    text = body.decode("utf-8", "backslashreplace")
    # A body that ends with a newline shows as one more, empty, line.
    return lines + ([""] + text.split("\n") if text else [])


def elided(wanted, got):
    """The lines of `got` with "..." for those that a "..." of `wanted` stands for: all up to the line behind it."""
    lines = []
    for number, line in enumerate(wanted):
        if line != "...":
            lines += got[:1]
            got = got[1:]
            continue
        behind = wanted[number + 1 : number + 2]
        skipped = got.index(behind[0]) if behind and behind[0] in got else len(got)
        lines.append(line)
        got = got[skipped:]
    return lines + got


def compare(step, wanted, got):
    if "..." in wanted:
        got = elided(wanted, got)
    while wanted and wanted[-1] == "":
        wanted = wanted[:-1]
    while got and got[-1] == "":
        got = got[:-1]
    if wanted != got:
        lines = difflib.unified_diff(wanted, got, "transcript", "program", lineterm="", n=99)
        raise Wrong(f"line {step.line} of the transcript:\n" + "\n".join("    " + line for line in lines))


class Program:
    """The example, running; only this child is ever signalled."""

    def __init__(self, line):
        environment = dict(os.environ, CORACLE_PORT="0", CORACLE_HOST="127.0.0.1")
        self.child = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        self.printed = {"stdout": [], "stderr": []}
        self._news = queue.Queue()
        self._readers = [threading.Thread(target=self._read, args=(name,), daemon=True) for name in self.printed]
        for reader in self._readers:
            reader.start()

    def _read(self, name):
        for line in getattr(self.child, name):
            text = line.decode("utf-8", "backslashreplace").rstrip("\n")
            self.printed[name].append(text)
            self._news.put(text)
        self._news.put(None)

    def place(self):
        """The protocol and the port, from its banner."""
        deadline, ended = time.monotonic() + PATIENCE, 0
        while ended < 2 and time.monotonic() < deadline:
            try:
                text = self._news.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                break
            ended += text is None
            found = re.search(r"(http|tcp)://[\w.\[\]:]*?:(\d+)", text or "")
            if found:
                return found.group(1), int(found.group(2))
        wanted = "http://HOST:PORT or tcp://HOST:PORT"
        raise Wrong(f"no line with {wanted} within {PATIENCE:.0f} s; it printed\n{self.output()}")

    def finish(self):
        """The exit status, once it has ended by itself."""
        try:
            status = self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Wrong(f"does not end within {PATIENCE:.0f} s; it printed\n{self.output()}") from None
        for reader in self._readers:
            reader.join(PATIENCE)
        return status

    def output(self):
        return "\n".join("    " + line for lines in self.printed.values() for line in lines[-40:])

    def kill(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()


def at_once(port, requests, all_sent=lambda: None):
    """The answers to requests sent at the same time, in the order of the requests."""
    answers = [None] * len(requests)
    sending = threading.Barrier(len(requests), action=all_sent)

    def ask(i):
        try:
            answers[i] = exchange(port, requests[i], lambda: sending.wait(PATIENCE))
        except (OSError, http.client.HTTPException, threading.BrokenBarrierError) as error:
            answers[i] = error

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for request, answer in zip(requests, answers):
        if isinstance(answer, Exception):
            raise Wrong(f"line {request.line} of the transcript: `{request.lines[0]}` gets no answer: {answer!r}")
    return answers


def check_took(step, seconds):
    least, most = step.lines
    if not least <= seconds <= most * max(1, PATIENCE / 20):
        raise Wrong(f"line {step.line} of the transcript: took {seconds:.3f} s, not {least} to {most} s")


class Line:
    """A connection on which lines go both ways."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.received, self.ended = b"", False

    def send(self, lines):
        self.socket.sendall("".join(line + "\n" for line in lines).encode())

    def more(self):
        """What arrives next; nothing at the end."""
        try:
            bytes_ = self.socket.recv(65536)
        except ConnectionResetError:
            bytes_ = b""
        self.received += bytes_
        self.ended = not bytes_
        return bytes_

    def line(self):
        """The next line without its end, or what there is instead."""
        try:
            while b"\n" not in self.received and self.more():
                pass
        except socket.timeout:
            return f"{self.shown_rest()}(nothing more within {PATIENCE:.0f} s)"
        if self.ended and b"\n" not in self.received:
            return f"{self.shown_rest()}(closed)"
        line, _, self.received = self.received.partition(b"\n")
        return line.decode("utf-8", "backslashreplace").removesuffix("\r")

    def end(self):
        """Tells the server that nothing more comes."""
        self.socket.shutdown(socket.SHUT_WR)

    def shown_rest(self):
        rest, self.received = self.received, b""
        return rest.decode("utf-8", "backslashreplace")

    def rest(self):
        """The lines up to the end of the stream."""
        lines = []
        while not self.ended or self.received:
            line = self.line()
            if line in ("(closed)", "(closed 1000)"):
                break
            lines.append(line)
            if line.endswith(" s)"):
                break
        return lines


class Messages(Line):
    """A WebSocket on which text messages go both ways. RFC 6455."""

    def __init__(self, port, path):
        super().__init__(port)
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self.received and self.more():
            pass
        head, _, self.received = self.received.partition(b"\r\n\r\n")
        if b" 101 " not in head.partition(b"\r\n")[0]:
            raise Wrong(f"{path} is no WebSocket: the server answers\n{head.decode('latin-1')}")

    def frame(self, opcode, payload):
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        head = bytes([0x80 | opcode]) + length
        self.socket.sendall(head + bytes(4) + payload)  # masked by zeros

    def send(self, lines):
        for line in lines:
            self.frame(1, line.encode())

    def end(self):
        self.frame(8, (1000).to_bytes(2, "big"))

    def take(self, count):
        while len(self.received) < count and self.more():
            pass
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    def line(self):
        """The next message, or what there is instead."""
        try:
            while head := self.take(2):
                opcode, size = head[0] & 15, head[1]
                if size > 125:
                    size = int.from_bytes(self.take(2 if size == 126 else 8), "big")
                payload = self.take(size)
                if opcode == 8:
                    self.ended, self.received = True, b""
                    why = [str(int.from_bytes(payload[:2], "big")) if payload else "", payload[2:].decode()]
                    return f"(closed {' '.join(why).strip()})"
                if opcode == 9:
                    self.frame(10, payload)
                elif opcode != 10:
                    return payload.decode("utf-8", "backslashreplace")
        except socket.timeout:
            return f"(nothing more within {PATIENCE:.0f} s)"
        self.ended = True
        return "(closed)"


def run_lines(port, steps):
    """The number of answers compared."""
    compared = 0
    while steps:
        block = [step for step in steps if step.block == steps[0].block and step.kind != "took"]
        begun = time.monotonic()
        lines = {}
        for step in block:
            if step.kind == "|":
                raise Wrong(f"line {step.line} of the transcript: `|` is for programs that are no servers")
            opens = step.kind == ">" and step.lines[0].startswith("WEBSOCKET ")
            if opens:
                lines[step.name] = Messages(port, step.lines[0].split(" ")[1])
            elif step.name not in lines:
                lines[step.name] = Line(port)
            line = lines[step.name]
            if step.kind == ">":
                line.send(step.lines[1:] if opens else step.lines)
            elif step.kind == "<":
                compare(step, step.lines, [line.line() for _ in step.lines])
                compared += 1
            else:
                compare(step, [], line.rest())
                compared += 1
        for line in lines.values():
            try:
                line.end()
            except OSError:
                pass  # closed by the server
            compare(block[-1], [], line.rest())
            line.socket.close()
        seconds = time.monotonic() - begun
        steps = [step for step in steps if step not in block]
        while steps and steps[0].kind == "took":
            check_took(steps.pop(0), seconds)
    return compared


def run_server(program, steps):
    """The number of answers compared."""
    protocol, port = program.place()
    interrupted = any(step.kind == "^C" for step in steps)
    compared = run_lines(port, steps) if protocol == "tcp" else run_requests(port, steps, program)
    if not interrupted:
        program.child.send_signal(signal.SIGINT)
    status = program.finish()
    if status != 0:
        raise Wrong(f"ends with {status} on SIGINT, not with 0; it printed\n{program.output()}")
    return compared


def run_requests(port, steps, program):
    """The number of answers compared."""
    compared, seconds = 0, 0.0
    while steps:
        if steps[0].kind == ">" and steps[0].lines[0].startswith("WEBSOCKET "):
            block = [step for step in steps if step.block == steps[0].block]
            steps = [step for step in steps if step not in block]
            compared += run_lines(port, block)
            continue
        requests = []
        while steps and steps[0].kind == ">":
            requests.append(steps.pop(0))
        if requests:
            started = time.monotonic()
            interrupts = bool(steps) and steps[0].kind == "^C" and steps.pop(0)
            stop = (lambda: program.child.send_signal(signal.SIGINT)) if interrupts else (lambda: None)
            answers = at_once(port, requests, stop)
            seconds = time.monotonic() - started
            for request, answer in zip(requests, answers):
                if not steps or steps[0].kind != "<":
                    raise Wrong(f"line {request.line} of the transcript: a request without its `<` answer")
                step = steps.pop(0)
                compare(step, step.lines, shown(step, answer))
                compared += 1
        elif steps[0].kind == "took":
            check_took(steps.pop(0), seconds)
        else:
            raise Wrong(f"line {steps[0].line} of the transcript: `{steps[0].kind}` without a `>` request before it")
    return compared


def run_plain(program, steps, started):
    status = program.finish()
    seconds = time.monotonic() - started
    if status != 0:
        raise Wrong(f"ends with {status}, not with 0; it printed\n{program.output()}")
    wanted = [line for step in steps if step.kind == "|" for line in step.lines]
    first = next(step for step in steps if step.kind == "|")
    compare(first, wanted, program.printed["stdout"])
    for step in steps:
        if step.kind == "took":
            check_took(step, seconds)
    return 1


def run(line, transcript):
    """The number of comparisons; raises Wrong."""
    steps = parse(transcript)
    started = time.monotonic()
    program = Program(line)
    try:
        if any(step.kind == ">" for step in steps):
            return run_server(program, steps)
        return run_plain(program, steps, started)
    finally:
        program.kill()


SERVER = """
import http.server, os, signal, sys, time
class handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0.1)
        body = b'{"path":"%s"}' % self.path.encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
signal.signal(signal.SIGINT, lambda *_: os._exit(STATUS))
print("listening on http://127.0.0.1:%d" % server.server_address[1], flush=True)
server.serve_forever()
"""
LINES = """
import os, signal, socketserver
class handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            if line == b"QUIT\\n": return
            self.wfile.write(b"you said " + line)
class server(socketserver.ThreadingTCPServer): daemon_threads = True
here = server(("127.0.0.1", 0), handler)
signal.signal(signal.SIGINT, lambda *_: os._exit(0))
print("listening on tcp://127.0.0.1:%d" % here.server_address[1], flush=True)
here.serve_forever()
"""
ANSWER = (
    "    > GET {0}\n    < 200 OK\n    < content-type: application/json\n    < !x-none\n    <\n"
    '    < {{"path":"{0}"}}\n'
)
SAMPLES = [
    (SERVER.replace("STATUS", "0"), "Prose.\n\n" + ANSWER.format("/a") + "    took 0.1 to 5 s\n", None),
    (
        SERVER.replace("STATUS", "0"),
        "    > GET /a\n    > GET /b\n" + '    < 200\n    <\n    < {"path":"/a"}\n'
        '    < 200\n    <\n    < {"path":"/b"}\n',
        None,
    ),
    (SERVER.replace("STATUS", "0"), ANSWER.format("/a").replace("200", "404"), "-404 OK"),
    (SERVER.replace("STATUS", "0"), ANSWER.format("/a").replace('th":"/a', 'th":"/b'), '+{"path":"/a"}'),
    (SERVER.replace("STATUS", "0"), ANSWER.format("/a").replace("application/json", "text/plain"), "+content-type:"),
    (SERVER.replace("STATUS", "0"), ANSWER.format("/a").replace("!x-none", "!content-type"), "-!content-type"),
    (SERVER.replace("STATUS", "0"), "    > GET /a\n    < 200\n", '+{"path":"/a"}'),
    (SERVER.replace("STATUS", "0"), "    > GET /a\n    < 200\n    <\n    < ...\n", None),
    (SERVER.replace("STATUS", "0"), "    > GET /a\n    < 200\n    <\n    < ...\n    < more\n", "-more"),
    (SERVER.replace("STATUS", "0"), ANSWER.format("/a") + "    took 3 to 5 s\n", "not 3.0 to 5.0 s"),
    (SERVER.replace("STATUS", "0"), "    > GET /a\n", "has no steps"),
    (SERVER.replace("STATUS", "3"), ANSWER.format("/a"), "ends with 3 on SIGINT"),
    (
        SERVER.replace("os._exit(STATUS)", "__import__('threading').Timer(0.5, os._exit, [0]).start()"),
        "    > GET /a\n    ^C\n    < 200\n    <\n" + '    < {"path":"/a"}\n',
        None,
    ),
    (SERVER.replace("STATUS", "0"), "    > GET /a\n    ^C\n    < 200\n", "gets no answer"),
    (
        LINES,
        "    > a\n    > b\n    < you said a\n    < you said b\n\nNext.\n\n    > QUIT\n    closed\n    took 0 to 5 s\n",
        None,
    ),
    (LINES, "    a> 1\n    b> 2\n    b< you said 2\n    a< you said 1\n    b> QUIT\n    b closed\n", None),
    (LINES, "    > a\n    < you said b\n", "+you said a"),
    (LINES, "    > a\n    > b\n    < you said a\n", "+you said b"),
    (LINES, "    > QUIT\n    < more\n", "+(closed)"),
    (LINES, "    > a\n    closed\n", "+you said a"),
    (LINES, "    > a\n    < you said a\n    | one\n", "no servers"),
    ("print('one\\ntwo')", "    | one\n    | two\n", None),
    ("print('one\\ntwo')", "    | one\n", "+two"),
    ("print('one'); raise SystemExit(4)", "    | one\n", "ends with 4"),
    ("print('one')", "    one\n", "is no step"),
    ("print('one')", ANSWER.format("/a"), "no line with http://HOST:PORT"),
]


def self_test():
    broken = []
    for source, transcript, fragment in SAMPLES:
        try:
            run([sys.executable, "-c", source], transcript)
            said = None
        except Wrong as wrong:
            said = str(wrong)
        if (said is None) != (fragment is None) or fragment and fragment not in said:
            broken.append(f"should say {fragment!r}, says {said!r}, for\n{transcript}")
    print("\n".join(broken))
    print(f"[runner] checks: {len(SAMPLES)} | {len(SAMPLES) - len(broken)} passed | {len(broken)} failed |")
    return 1 if broken else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    program, transcript = arguments
    try:
        with open(transcript, encoding="utf-8") as file:
            compared = run([program], file.read())
    except (Wrong, OSError) as wrong:
        print(f"{os.path.basename(program)} is not what {os.path.basename(transcript)} promises\n{wrong}")
        print("    Remedy: mend the program or the library; or, where the new answer is better, write it down there.")
        print("[example] answers: 1 | 0 passed | 1 failed |")
        return 1
    print(f"[example] answers: {compared} | {compared} passed | 0 failed |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
