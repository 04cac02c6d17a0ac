#!/usr/bin/env python3
# WebSockets between ours and others: Python's websockets and npm's ws, each as client and as server, up to 16 MiB.
"""usage: tests/interop/websocket.py OURS

What is not installed is left out, with a sentence: apt-get install python3-websockets nodejs node-ws.
"""

import asyncio
import http
import os
import shutil
import signal
import subprocess
import sys

from listening import free_port, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77
PATIENCE = 60 * float(os.environ.get("CORACLE_TEST_PATIENCE", "1"))
SIZES = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20, 16 << 20]
MOST = 1 << 25
failures, passed, left_out = [], 0, []


def check(what, good, told=""):
    global passed
    if good:
        passed += 1
    else:
        failures.append(f"{what} {str(told)[:300]}")


class Running:
    """A server from here to the end of the block."""

    def __init__(self, *command, **options):
        self.port = free_port()
        self.process = subprocess.Popen([*command, "serve", str(self.port)], **options)

    def __enter__(self):
        try:
            wait_for(self.port, self.process)
        except RuntimeError:
            self.__exit__()
            raise
        return f"ws://127.0.0.1:{self.port}"

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def asking(who, *command, **options):
    """A client's own report is its answer."""
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE * 3, check=False, **options)
    told = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
    check(who, done.returncode == 0 and "checks, 0 failed" in told, told[-2000:])


def some_bytes(size):
    return (bytes(range(0, 256)) * (size // 256 + 1))[:size]


async def websockets_asks(base):
    import websockets

    async def ending(path):
        async with websockets.connect(base + path) as ws:
            try:
                await ws.recv()
            except websockets.ConnectionClosed as why:
                return why.rcvd and (why.rcvd.code, why.rcvd.reason)
        return None

    for path in ("/echo", "/pieces"):
        async with websockets.connect(base + path, max_size=MOST) as ws:
            for size in SIZES:
                text = "x" * size
                await ws.send(text)
                check(f"{path} text {size}", await ws.recv() == text)
                data = some_bytes(size)
                await ws.send(data)
                check(f"{path} binary {size}", await ws.recv() == data)
                await ws.send([data[: size // 3], data[size // 3 : size // 2], data[size // 2 :]])
                check(f"{path} fragments {size}", await ws.recv() == data)
            await ws.send("käse \U0001f9c0")
            check(f"{path} more than ASCII", await ws.recv() == "käse \U0001f9c0")
            await asyncio.wait_for(await ws.ping("there?"), PATIENCE)
            await ws.close(4002, "tired")
            check("our code comes back", ws.close_code == 4002, ws.close_code)
    async with websockets.connect(base + "/chat", subprotocols=["chat.v1", "other"]) as ws:
        check("the subprotocol", ws.subprotocol == "chat.v1" and await ws.recv() == "chat.v1")
    for code in (1000, 1001, 1008, 1011, 1012, 3000, 4999):
        got = await ending(f"/close/{code}")
        check(f"close {code}", got == (code, "because"), got)
    got = await ending("/throws")
    check("an exception", got and got[0] == 1011, got)
    try:
        await ending("/deny")
        check("denied", False)
    except websockets.InvalidHandshake as why:
        # The name of it has changed with websockets 14.
        status = why.status_code if hasattr(why, "status_code") else why.response.status_code
        check("denied", status == 403, why)
    async with websockets.connect(base + "/ping") as ws:
        check("our ping is answered", await ws.recv() == "answered")
    async with websockets.connect(base + "/small") as ws:
        await ws.send("x" * 1000)
        check("at the limit", len(await ws.recv()) == 1000)
        await ws.send("x" * 1001)
        try:
            await ws.recv()
            check("beyond the limit", False)
        except websockets.ConnectionClosed as why:
            check("beyond the limit", why.rcvd and why.rcvd.code == 1009, why)


async def websockets_serves(port):
    import websockets

    async def handle(ws):
        path = ws.request.path if hasattr(ws, "request") else ws.path  # since websockets 14, and before
        if path == "/echo":
            try:
                async for message in ws:
                    await ws.send(message)
            except websockets.ConnectionClosed as why:
                check("closed by our client", why.rcvd and why.rcvd.code == 4002, why)
        if path == "/close":
            await ws.close(4001, "because")
        if path == "/pings":
            await (await ws.ping("?!"))
            await ws.send("answered")
        if path == "/pieces":
            await ws.send(["a" * 2000, "b" * 70000, "c"])

    def refuse(first, second):
        if isinstance(first, str):  # before websockets 14: path, headers
            return (http.HTTPStatus.FORBIDDEN, [], b"no") if first == "/deny" else None
        return first.respond(http.HTTPStatus.FORBIDDEN, "no") if second.path == "/deny" else None

    options = {"max_size": MOST, "subprotocols": ["chat.v1"], "process_request": refuse}
    async with websockets.serve(handle, "127.0.0.1", port, **options):
        await asyncio.Future()


def main():
    if sys.argv[1] == "serve":
        return asyncio.run(websockets_serves(int(sys.argv[2])))
    ours = sys.argv[1]
    try:
        import websockets

        check("websockets", hasattr(websockets, "connect"))
        with Running(ours) as base:
            asyncio.run(websockets_asks(base))
        with Running(sys.executable, os.path.abspath(__file__)) as base:
            asking("our client and websockets' server:", ours, "ask", base)
    except ImportError:
        left_out.append("websockets (apt-get install python3-websockets)")
    paths = {**os.environ, "NODE_PATH": os.environ.get("NODE_PATH", "/usr/share/nodejs")}
    node = shutil.which("node")
    script = os.path.join(HERE, "websocket.cjs")
    looks = [node, "-e", "require('ws')"]
    if node and subprocess.run(looks, env=paths, capture_output=True, check=False).returncode == 0:
        with Running(ours) as base:
            asking("ws and our server:", node, script, "ask", base, env=paths)
        with Running(node, script, env=paths) as base:
            asking("our client and ws's server:", ours, "ask", base)
    else:
        left_out.append("ws (apt-get install nodejs node-ws)")
    for failure in failures:
        print("FAILED:", failure)
    rest = f"; left out: {', '.join(left_out)}" if left_out else ""
    print(f"{passed} checks passed, {len(failures)} failed{rest}")
    if len(left_out) == 2:
        return SKIPPED
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
