#!/usr/bin/env python3
# Runs a program with the command line of a server as a person would: options, sockets, reloading (T39), exit codes.
"""usage: tests/consume/command.py PROGRAM"""

import os
import queue
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 20 * float(os.environ.get("CORACLE_TEST_PATIENCE", "1"))
checks = failures = 0


def check(what, good, seen=""):
    global checks, failures
    checks += 1
    if not good:
        failures += 1
        print(f"not so: {what}\n    {seen!r}")


def run(program, *arguments, **environment):
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=PATIENCE, env={**os.environ, **environment}
    )
    return done.returncode, done.stdout, done.stderr


class Running:
    """The program, serving; only this child is ever signalled."""

    def __init__(self, program, *arguments, folder=None, **more):
        self.child = subprocess.Popen(
            [program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder, **more
        )
        self.lines, self.seen = queue.Queue(), []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def hears(self, pattern):
        """The first line from here on that has it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                break
            if line is None:
                break
            self.seen.append(line)
            found = re.search(pattern, line)
            if found:
                return found
        check(f"it says {pattern}", False, "\n".join(self.seen))
        return None

    def port(self):
        found = self.hears(r"http://127\.0\.0\.1:(\d+)")
        return int(found.group(1)) if found else 0

    def end(self, number=signal.SIGINT):
        self.child.send_signal(number)
        try:
            return self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return "killed"


def get(where, path="/"):
    family = socket.AF_UNIX if isinstance(where, str) else socket.AF_INET
    with socket.socket(family) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(where if isinstance(where, str) else ("127.0.0.1", where))
        connection.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.decode().partition("\r\n\r\n")
    return head, body


def asks_and_ends(program):
    code, out, err = run(program, "--version")
    check("--version ends with 0 and tells it", code == 0 and out.startswith("Shop 1.2.0 (coracle ") and not err, out)
    code, out, err = run(program, "--help")
    check("--help ends with 0", code == 0 and not err, err)
    check("--help fits 80 columns", max(map(len, out.splitlines())) <= 80, out)
    code, out, err = run(program, "--routes")
    check("--routes is a table", code == 0 and re.search(r"^POST +/orders +order +201 +orders$", out, re.M), out)
    code, out, err = run(program, "--prot", "1")
    check("an unknown option ends with 2", code == 2 and not out, out)
    check("and names the nearest", err == "ERROR:    there is no option --prot; did you mean --port?\n", err)
    code, out, err = run(program, "--ssl-keyfile", "key.pem")
    check("what is not there yet is refused", code == 2 and "does not have yet" in err, err)
    code, out, err = run(program, CORACLE_PORT="many")
    check("so is a wrong variable", code == 2 and "CORACLE_PORT must be a number" in err, err)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, out, err = run(program, "--port", str(taken.getsockname()[1]))
        check("a taken address ends with 3", code == 3 and "cannot listen on" in err, err)


def serves(program, folder):
    with open(os.path.join(folder, "built.txt"), "w", encoding="utf-8") as file:
        file.write("one")
    shop = Running(program, "--no-server-header", "--log-level", "info", folder=folder)
    head, body = get(shop.port())
    check("it serves", body == "one", body)
    check("without its name", "\r\nserver:" not in head, head)
    check("SIGTERM ends it with 0", shop.end(signal.SIGTERM) == 0)

    name = os.path.join(folder, "shop.sock")
    shop = Running(program, "--uds", name, "--workers", "2", folder=folder)
    shop.hears(r"unix:" + re.escape(name))
    check("a unix socket is served, by several workers", get(name)[1] == "one")
    check("Ctrl-C ends it with 0", shop.end() == 0)
    check("and the name is gone", not os.path.exists(name))

    with socket.create_server(("127.0.0.1", 0)) as door:
        shop = Running(program, f"--fd={door.fileno()}", folder=folder, pass_fds=[door.fileno()])
        check("an inherited socket is served", get(door.getsockname()[1])[1] == "one")
        check("Ctrl-C ends it with 0, again", shop.end() == 0)


def reloads(program, folder):
    def write(name, text):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    write("source.cpp", "one")
    write("built.txt", "one")
    command = "! grep -q wrong source.cpp && cp source.cpp built.txt"
    shop = Running(
        program, "--reload", "--reload-command", command, "--reload-delay", "0.02", "--no-access-log", folder=folder
    )
    port = shop.port()
    check("the first program serves", get(port)[1] == "one")
    first = int(get(port, "/pid")[1])

    refused, stop = [], threading.Event()

    def ask_all_the_time():
        while not stop.is_set():
            try:
                head, _ = get(port, "/")
                if not head.startswith("HTTP/1.1 200"):
                    refused.append(head)
            except OSError as error:
                refused.append(repr(error))

    slow = []
    waiting = threading.Thread(target=lambda: slow.append(get(port, "/slow")[1]))
    asking = threading.Thread(target=ask_all_the_time)
    waiting.start()
    asking.start()
    write("source.cpp", "two")
    shop.hears("Changed: source.cpp")
    shop.port()
    check("T39: an edit is served", get(port)[1] == "two")
    second = int(get(port, "/pid")[1])
    check("by another process", second not in (first, shop.child.pid))
    write("source.cpp", "three")
    shop.hears("Changed: source.cpp")
    shop.port()
    check("T39: and the next one, at the same port", get(port)[1] == "three")
    stop.set()
    asking.join()
    waiting.join()
    check("no client was turned away meanwhile", not refused, refused[:3])
    check("and the request under way was answered", slow == ["slow"], slow)

    write("source.cpp", "wrong")
    shop.hears(r"The build failed \(exit code 1\); the old program serves on")
    check("a build that fails changes nothing", get(port)[1] == "three")
    write("source.cpp", "crash")
    shop.hears(r"The program ended \(exit code 7\); waiting for a change")
    late = []
    waiting = threading.Thread(target=lambda: late.append(get(port)[1]))
    waiting.start()
    write("source.cpp", "four")
    waiting.join()
    check("who came while there was no program waits for it", late == ["four"], late)
    last = int(get(port, "/pid")[1])
    check("Ctrl-C ends it with 0", shop.end() == 0)
    try:
        os.kill(last, 0)
        check("the child is gone too", False)
    except ProcessLookupError:
        check("the child is gone too", True)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    program = os.path.abspath(arguments[0])
    for name in [name for name in os.environ if name.startswith("CORACLE_") or name == "WEB_CONCURRENCY"]:
        if name not in ("CORACLE_TEST_PATIENCE", "CORACLE_SOURCE_ROOT"):
            del os.environ[name]
    asks_and_ends(program)
    with tempfile.TemporaryDirectory() as folder:
        serves(program, folder)
        reloads(program, folder)
    print(f"[command] checks: {checks} | {checks - failures} passed | {failures} failed |")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
