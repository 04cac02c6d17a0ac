# browser: headless Chromium without network, driven over its DevTools pipe with Python's standard library alone.
import base64
import fcntl
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 20 * float(os.environ.get("CORACLE_TEST_PATIENCE", "1"))
KEYS = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowDown": 40, "ArrowUp": 38, "/": 191, " ": 32}


def find():
    """The browser's program, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for path in map(shutil.which, names) if path), None)


class Broken(Exception):
    """What the page or the browser did not do."""


class Browser:
    """One tab. Whatever it asks of another host than 127.0.0.1 fails, and is noted in `strangers`."""

    def __init__(self, program):
        self.home = tempfile.mkdtemp(prefix="coracle-docs-")
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        line = [
            program,
            "--headless=new",
            "--remote-debugging-pipe",
            # Inside a container, where tests run as root.
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"--user-data-dir={self.home}",
            "about:blank",
        ]
        # Chromium's pipe is descriptors 3 and 4: both ends are moved out of their way first.
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (theirs_in, theirs_out)]
        move = f"import os, sys; os.dup2({high[0]}, 3); os.dup2({high[1]}, 4); os.execv(sys.argv[1], sys.argv[1:])"
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            [sys.executable, "-c", move, *line], pass_fds=high, stdin=quiet, stdout=quiet, stderr=quiet
        )
        for fd in (theirs_in, theirs_out, *high):
            os.close(fd)
        self.out, self.incoming = ours_out, queue.Queue()
        self.errors, self.strangers, self.number = [], [], 0
        self.played = {}  # what some paths are answered with, instead of by the server
        threading.Thread(target=self._listen, args=(ours_in,), daemon=True).start()
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(domain + ".enable")
        self.ask("Fetch.enable", patterns=[{"urlPattern": "*/played/*"}])

    session = None

    def close(self):
        """Ends it, and what it left on disk."""
        try:
            self.ask("Browser.close")
            self.process.wait(PATIENCE)
        except (Broken, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def _listen(self, fd):
        with os.fdopen(fd, "rb") as pipe:
            rest = b""
            while chunk := pipe.read1(1 << 16):
                *whole, rest = (rest + chunk).split(b"\0")
                for one in whole:
                    self.incoming.put(json.loads(one))
        self.incoming.put(None)

    def ask(self, method, **parameters):
        """One command of the DevTools protocol, and its result."""
        number = self._tell(method, parameters)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                said = self.incoming.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise Broken(f"the browser did not answer {method}") from None
            if said is None:
                raise Broken("the browser has ended")
            if said.get("id") == number:
                if "error" in said:
                    raise Broken(f"{method}: {said['error']['message']}")
                return said["result"]
            self._note(said.get("method"), said.get("params", {}))

    def _tell(self, method, parameters):
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.out, json.dumps(command).encode() + b"\0")
        return self.number

    def _note(self, event, what):
        if event == "Fetch.requestPaused":
            text = self.played.get(what["request"]["url"].rsplit("/", 1)[1], "")
            answer = {"responseCode": 200, "body": base64.b64encode(text.encode()).decode()}
            self._tell("Fetch.fulfillRequest", {"requestId": what["requestId"], **answer})
        if event == "Runtime.exceptionThrown":
            details = what["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif event == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning", "assert"):
            self.errors.append(" ".join(str(one.get("value", one)) for one in what["args"]))
        elif event == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            # An answer of 4xx or 5xx is what some tests ask for.
            if what["entry"]["source"] != "network":
                self.errors.append(what["entry"]["text"])
        elif event == "Network.requestWillBeSent":
            url = what["request"]["url"]
            if not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
                self.strangers.append(url)

    def run(self, script):
        """The value of an expression in the page; a promise is awaited."""
        done = self.ask(
            "Runtime.evaluate",
            expression=script,
            returnByValue=True,
            awaitPromise=True,
            allowUnsafeEvalBlockedByCSP=False,
        )
        if "exceptionDetails" in done:
            details = done["exceptionDetails"]
            raise Broken(f"{script}: {details.get('exception', {}).get('description', details['text'])}")
        return done["result"].get("value")

    def until(self, script, what):
        """Waits until an expression holds."""
        end = time.monotonic() + PATIENCE
        while not self.run(f"Boolean({script})"):
            if time.monotonic() > end:
                raise Broken(f"it never came about that {what}")
            time.sleep(0.02)

    def visit(self, url):
        """Loads a page from the beginning."""
        self.ask("Page.navigate", url="about:blank")
        self.until("location.href === 'about:blank'", "the tab is empty")
        self.ask("Page.navigate", url=url)
        self.until(f"location.href === {json.dumps(url)} && document.readyState === 'complete'", f"{url} is loaded")

    def press(self, key, control=False):
        """One key, down and up."""
        about = {"key": key, "windowsVirtualKeyCode": KEYS.get(key, ord(key[0].upper())), "modifiers": 2 * control}
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        if text and not control:
            about["text"] = text
        self.ask("Input.dispatchKeyEvent", type="keyDown", **about)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def type(self, text):
        """Text, where the focus is."""
        self.ask("Input.insertText", text=text)

    def size(self, width, height, scale=1):
        """Plays a screen; narrow ones are phones."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=width < 500,
        )

    def media(self, kind="", **features):
        """Plays a medium: media("print"), media(prefers_color_scheme="dark")."""
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.ask("Emulation.setEmulatedMedia", media=kind, features=wanted)

    def picture(self, path, whole=False):
        """A screenshot, of the screen or of the whole page."""
        options = {}
        if whole:
            self.run("scrollTo({top: 0, behavior: 'instant'})")
            box = self.ask("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": box["width"], "height": min(box["height"], 8000), "scale": 1}
            options = {"captureBeyondViewport": True, "clip": clip}
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png", **options)["data"]))

    def paper(self, path):
        """The page as a PDF."""
        path.write_bytes(base64.b64decode(self.ask("Page.printToPDF", printBackground=True)["data"]))
