#!/usr/bin/env python3
# Takes the README at its word: finds its commands, and runs the one that starts a server.
"""usage: .ci/readme.py command TREE TEXT   print the command of the README that holds TEXT
       .ci/readme.py serve TREE          run the command that builds and starts the hello server, and ask it

As root the commands install what they need; for others that part is left out.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

PATIENCE = 600


def commands(tree):
    text = (pathlib.Path(tree) / "README.md").read_text(encoding="utf-8")
    found = [block.strip() for block in re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", text, re.M | re.S)]
    if os.getuid() != 0:
        found = [re.sub(r"apt-get (?:update|install)[^&]*&& *", "", command) for command in found]
    return found


def command(tree, text):
    fitting = [command for command in commands(tree) if text in command]
    if not fitting:
        sys.exit(f"README.md has no sh block with `{text}`")
    return fitting[0]


def serve(tree):
    """0 when the server of the README's first command answers, and stops on Ctrl-C."""
    line = command(tree, "examples/01_hello.cpp")
    with tempfile.TemporaryFile() as printed:
        # A group of its own, so that Ctrl-C reaches the server and nobody else.
        child = subprocess.Popen(
            ["bash", "-c", line],
            cwd=tree,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

        def output():
            printed.seek(0)
            return printed.read().decode("utf-8", "replace")

        try:
            deadline = time.monotonic() + PATIENCE
            address = None
            while not address:
                found = re.search(r"http://[\w.:]*:\d+", output())
                address = found and found.group()
                if child.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"the server does not start\n{output()[-4000:]}")
                time.sleep(0.2)
            with urllib.request.urlopen(address + "/", timeout=20) as answer:
                body = answer.read()
            if body != b'{"message":"Hello, world!"}':
                sys.exit(f"GET / answers {body!r}")
            os.killpg(child.pid, signal.SIGINT)
            child.wait(20)
            print(output()[-2000:])
            return 0
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "command":
        print(command(arguments[1], arguments[2]))
        return 0
    if len(arguments) == 2 and arguments[0] == "serve":
        return serve(arguments[1])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
