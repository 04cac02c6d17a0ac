#!/usr/bin/env python3
# A server whose system calls fail: interrupted, short, out of descriptors or memory, or with a
# client that has gone before it was let in. What was let in loses nothing by it.
"""usage: tests/interop/faults.py SERVER

strace makes the calls fail: apt-get install strace. Where it is not there, or may not trace, the test is skipped.
"""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from listening import PATIENCE, free_port, wait_for

SKIPPED = 77

# What fails, how, and when: every nth call from the first one on. No EAGAIN where there is something to read or room to
# write: a kernel that tells of changes only never says that.
FAULTS = [
    ("epoll_wait,epoll_pwait,epoll_pwait2", "error=EINTR", "when=1+3"),
    ("recvfrom", "error=EINTR", "when=1+2"),
    ("sendto,sendmsg", "error=EINTR", "when=1+2"),
    ("sendfile,sendfile64", "error=EINTR", "when=1+2"),
    ("accept4", "error=EINTR", "when=1+2"),
    ("accept4", "error=ECONNABORTED", "when=1+2"),
    ("accept4", "error=EPROTO", "when=2+3"),
    ("accept4", "error=EMFILE", "when=3+4"),
    ("accept4", "error=ENFILE", "when=2+5"),
    ("epoll_ctl", "error=ENOMEM", "when=9+9"),
]
# Who has gone is gone; without a descriptor, or the memory to watch it, one connection closes, and the next is fine.
MAY_CLOSE = ("ECONNABORTED", "EMFILE", "ENFILE", "epoll_ctl")
BODY = bytes(range(256)) * 2000
FILE = bytes(range(255)) * 9000
REQUESTS = 15


def one_client(port, number, answers, failed):
    """Requests one after another, over a connection that is opened anew when the server could not keep it."""
    line, asked = None, 0
    while asked < REQUESTS:
        body = BODY if asked % 5 == 3 else None
        path = ("/hello", f"/large/{3000000 + number}", "/stream/20", "/upload", "/files/large.bin")[asked % 5]
        try:
            if line is None:
                line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
                line.connect()
                # Small: what the server sends does not fit in one go.
                line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            line.request("PUT" if body else "GET", path, body=body)
            got = line.getresponse()
            answers.append((path, got.status, got.read()))
            asked += 1
        except (OSError, http.client.HTTPException) as why:
            failed.append(repr(why))
            line.close()
            line = None
            if len(failed) > 400:
                return
    line.close()


def right(path, status, body):
    if status != 200:
        return False
    if path == "/hello":
        return body == b'{"message":"Hello, world!"}'
    if path == "/upload":
        return body == b'{"size":%d,"sum":%d}' % (len(BODY), sum(BODY))
    if path == "/stream/20":
        return body == b"".join(b"line %d\n" % n for n in range(19, -1, -1))
    if path == "/files/large.bin":
        return body == FILE
    return body == b"x" * int(path.rsplit("/", 1)[1])


def may_trace():
    done = subprocess.run(["strace", "-f", "-e", "trace=none", "true"], capture_output=True)
    return done.returncode == 0


def under(server, calls, error, when):
    """What went wrong with this fault, in sentences."""
    port = free_port()
    with tempfile.NamedTemporaryFile(mode="r") as log, tempfile.TemporaryDirectory() as files:
        with open(os.path.join(files, "large.bin"), "wb") as large:
            large.write(FILE)
        # -D: strace is the grandchild, so that the signal at the end goes to the server.
        strace = ["strace", "-D", "-f", "-qq", "-o", log.name]
        strace += ["-e", f"trace={calls}", "-e", f"inject={calls}:{error}:{when}"]
        command = [server, "--port", str(port), "--no-access-log", "--limit-body", "64M", "--timeout-keep-alive", "60"]
        process = subprocess.Popen(
            strace + command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "INTEROP_FILES": files},
        )
        try:
            try:
                wait_for(port, process)
            except RuntimeError as why:
                return [str(why)]
            answers, failed = [], []
            clients = [threading.Thread(target=one_client, args=(port, n, answers, failed)) for n in range(8)]
            for each in clients:
                each.start()
            for each in clients:
                each.join()
            process.send_signal(signal.SIGTERM)
            try:
                _, said = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                return ["the server does not stop"]
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
        injected = len(re.findall(r"\(INJECTED\)", log.read()))
    wrong = []
    if injected == 0:
        wrong.append("nothing failed: the test is none")
    if len(answers) != 8 * REQUESTS:
        wrong.append(f"{len(answers)} answers of {8 * REQUESTS}")
    for path, status, body in answers:
        if not right(path, status, body):
            wrong.append(f"{path}: {status} {body[:100]!r}, {len(body)} bytes")
    if failed and not any(word in calls + error for word in MAY_CLOSE):
        wrong.append(f"{len(failed)} connections failed: {failed[0]}")
    if process.returncode not in (0, -signal.SIGTERM, 128 + signal.SIGTERM):
        wrong.append(f"ended with {process.returncode}: {said.decode()[-300:]}")
    return wrong


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    if not shutil.which("strace"):
        print("skipped: apt-get install strace")
        return SKIPPED
    if not may_trace():
        print("skipped: strace may not trace here")
        return SKIPPED
    failures = 0
    for calls, error, when in FAULTS:
        wrong = under(arguments[0], calls, error, when)
        failures += bool(wrong)
        print(f"{'wrong' if wrong else 'right'}   {calls} {error} {when}")
        for each in wrong[:5]:
            print(f"        {each}")
    print(f"[faults] kinds: {len(FAULTS)} | {len(FAULTS) - failures} passed | {failures} failed |")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
