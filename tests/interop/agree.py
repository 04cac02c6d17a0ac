#!/usr/bin/env python3
# Other people's clients and proxies: curl, wget, httpx, aiohttp and node's fetch get the same answers from one server,
# straight, behind nginx and behind haproxy, with the configurations of examples/28_behind_a_proxy.
"""usage: tests/interop/agree.py SERVER

What is not installed is left out, with a sentence: apt-get install curl wget nginx-light haproxy nodejs
python3-httpx python3-aiohttp python3-prometheus-client.
"""

import asyncio
import base64
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

from listening import PATIENCE, free_port, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLE = os.path.join(HERE, "..", "..", "examples", "28_behind_a_proxy")
LARGE = bytes(range(256)) * 4096  # 1 MiB
failures, passed, left_out = [], 0, []


def check(what, good, told=""):
    global passed
    if good:
        passed += 1
    else:
        failures.append(f"{what}: {told}")


class Running:
    """A program from here to the end of the block."""

    def __init__(self, *command, port):
        # Each in a group of its own: nginx has children.
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        self.port = port

    def __enter__(self):
        wait_for(self.port, self.process)
        return self.port

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


# What everybody asks, and what everybody is answered: method, path, headers, body, chunked; status, body.
def sum_of(data):
    return json.dumps({"size": len(data), "sum": sum(data)}, separators=(",", ":")).encode()


JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
COMMON = [
    ("GET", "/hello", {}, None, False, 200, b'{"message":"Hello, world!"}'),
    ("GET", "/items/7?x=1", {}, None, False, 200, None),
    ("POST", "/orders", JSON, b'{"name":"tea","count":3}', False, 201, b'{"name":"tea","count":3}'),
    ("POST", "/orders", JSON, b'{"name":"tea","count":3}', True, 201, b'{"name":"tea","count":3}'),
    ("POST", "/orders", JSON, b'{"name":', False, 422, None),
    ("POST", "/orders", JSON, b'{"name":"tea","count":"many"}', False, 422, None),
    ("POST", "/form", FORM, b"name=green+tea&count=2", False, 200, b'{"name":"green tea","count":2}'),
    ("PUT", "/upload", {}, LARGE, False, 200, sum_of(LARGE)),
    ("PUT", "/upload", {}, LARGE, True, 200, sum_of(LARGE)),
    ("PUT", "/upload", {}, b"", False, 200, sum_of(b"")),
    ("GET", "/large/3000000", {}, None, False, 200, b"x" * 3000000),
    ("GET", "/stream/100", {}, None, False, 200, b"".join(b"line %d\n" % n for n in range(99, -1, -1))),
    ("GET", "/nothing", {}, None, False, 204, b""),
    ("HEAD", "/large/5000", {}, None, False, 200, b""),
    ("HEAD", "/stream/5", {}, None, False, 200, b""),
    ("GET", "/nowhere", {}, None, False, 404, b'{"detail":"Not Found"}'),
    ("DELETE", "/hello", {}, None, False, 405, b'{"detail":"Method Not Allowed"}'),
    ("GET", "/fails", {}, None, False, 500, None),
    ("GET", "/hello/", {}, None, False, 307, b""),
]


def ask_with_curl(base, requests):
    for method, path, headers, body, chunked, *_ in requests:
        command = ["curl", "-sS", "-m", str(PATIENCE), "-o", "-", "-w", "%{stderr}%{http_code}"]
        command += ["-I"] if method == "HEAD" else ["-X", method]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        if body is not None:
            command += ["-H", "transfer-encoding: chunked"] if chunked else []
            command += ["--data-binary", "@-"]
            command += [] if headers else ["-H", "content-type:"]
        done = subprocess.run(command + [base + path], input=body, capture_output=True, timeout=PATIENCE * 2)
        yield int(done.stderr[-3:] or b"0"), b"" if method == "HEAD" else done.stdout


def ask_with_wget(base, requests):
    for method, path, headers, body, chunked, *_ in requests:
        if chunked:
            yield None
            continue
        with tempfile.NamedTemporaryFile() as data:
            command = ["wget", "-q", "-O", "-", "-S", "--content-on-error", "--max-redirect=0", "--tries=1"]
            command += [f"--timeout={PATIENCE}", f"--method={method}"]
            command += [f"--header={name}: {value}" for name, value in headers.items()]
            if body is not None:
                data.write(body)
                data.flush()
                command += [f"--body-file={data.name}"]
            done = subprocess.run(command + [base + path], capture_output=True, timeout=PATIENCE * 2)
        status = re.findall(rb"HTTP/1\.[01] (\d{3})", done.stderr)
        yield int(status[-1]) if status else 0, done.stdout


def pieces(body):
    for at in range(0, len(body), 10000):
        yield body[at : at + 10000]


def ask_with_httpx(base, requests):
    import httpx

    with httpx.Client(timeout=PATIENCE, trust_env=False) as client:
        for method, path, headers, body, chunked, *_ in requests:
            content = pieces(body) if chunked else body
            got = client.request(method, base + path, headers=headers, content=content)
            yield got.status_code, got.content


def ask_with_aiohttp(base, requests):
    import aiohttp

    async def slowly(body):
        for piece in pieces(body):
            yield piece

    async def all_of_them():
        answers = []
        limit = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=limit) as session:
            for method, path, headers, body, chunked, *_ in requests:
                data = slowly(body) if chunked else body
                how = {"headers": headers, "data": data, "allow_redirects": False}
                async with session.request(method, base + path, **how) as got:
                    answers.append((got.status, await got.read()))
        return answers

    return asyncio.run(all_of_them())


def ask_with_node(base, requests):
    asked = []
    for method, path, headers, body, chunked, *_ in requests:
        data = None if body is None else base64.b64encode(body).decode()
        asked.append({"method": method, "url": base + path, "headers": headers, "body": data, "chunked": chunked})
    command = ["node", os.path.join(HERE, "node.mjs")]
    done = subprocess.run(command, input=json.dumps(asked).encode(), capture_output=True, timeout=PATIENCE * 4)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode()[-500:])
    return [(one["status"], base64.b64decode(one["body"])) for one in json.loads(done.stdout)]


def importable(name):
    return subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True).returncode == 0


CLIENTS = [
    ("curl", ask_with_curl, lambda: shutil.which("curl")),
    ("wget", ask_with_wget, lambda: shutil.which("wget")),
    ("httpx", ask_with_httpx, lambda: importable("httpx")),
    ("aiohttp", ask_with_aiohttp, lambda: importable("aiohttp")),
    ("node", ask_with_node, lambda: shutil.which("node")),
]


def everybody_agrees(where, base):
    seen = {}
    for name, ask, there in CLIENTS:
        if not there():
            left_out.append(name)
            continue
        try:
            answers = list(ask(base, COMMON))
        except Exception as why:
            check(f"{where}: {name}", False, repr(why))
            continue
        for asked, answer in zip(COMMON, answers, strict=True):
            if answer is None:
                continue
            method, path, _, _, chunked, status, body = asked
            what = f"{where}: {name}: {method} {path}{' chunked' if chunked else ''}"
            check(what, answer[0] == status, f"{answer[0]}, not {status}")
            if body is not None:
                check(what, answer[1] == body, f"{answer[1][:200]!r}, not {body[:200]!r}")
            if method != "HEAD" and status != 204:
                first = seen.setdefault((method, path, chunked, str(asked[3])[:50]), (name, answer[1]))
                check(what, first[1] == answer[1], f"{name} and {first[0]} do not agree")


def numbers(port):
    """Prometheus' own parsers read /metrics in both formats, and find the same."""
    if not importable("prometheus_client"):
        left_out.append("prometheus_client")
        return
    from prometheus_client import parser
    from prometheus_client.openmetrics import parser as open_parser

    def page(accept):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        line.request("GET", "/metrics", headers={"accept": accept})
        got = line.getresponse()
        text = got.read().decode()
        line.close()
        return got.getheader("content-type"), text

    def samples(families):
        return {
            (each.name, tuple(sorted((k, float(v) if k == "le" else v) for k, v in each.labels.items()))): each.value
            for family in families
            for each in family.samples
            if each.name.startswith("interop_")
        }

    type_of, text = page("application/openmetrics-text;version=1.0.0;q=0.6,text/plain;q=0.4")
    check("openmetrics", type_of == "application/openmetrics-text; version=1.0.0; charset=utf-8", type_of)
    families = list(open_parser.text_string_to_metric_families(text))
    units = {each.name: each.unit for each in families}
    check("openmetrics", units.get("process_cpu") is None and units.get("process_cpu_seconds") == "seconds", str(units))
    help_of = {each.name: each.documentation for each in families}
    check("openmetrics", help_of.get("interop_asked") == 'Said "twice",\nwith a \\', repr(help_of.get("interop_asked")))
    type_of, text = page("text/plain")
    check("prometheus", type_of == "text/plain; version=0.0.4; charset=utf-8", type_of)
    in_text = samples(parser.text_string_to_metric_families(text))
    in_open = samples(families)
    check("metrics", in_text == in_open and len(in_text) == 4 + 4 * 8 + 1, f"{in_text} and {in_open}")


def who_am_i(port, path, headers=None):
    """What the server knows of a client, and the client's own port."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    line.request("GET", path, headers=headers or {})
    own = line.sock.getsockname()[1]
    told = json.loads(line.getresponse().read())
    line.close()
    return told, own


def straight(port):
    told, own = who_am_i(port, "/whoami")
    check("straight: the client's own address", told["client"] == "127.0.0.1" and told["port"] == own, told)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    ports = set()
    for _ in range(5):
        line.request("GET", "/whoami")
        ports.add(json.loads(line.getresponse().read())["port"])
    line.close()
    check("straight: a connection is used again", len(ports) == 1, ports)
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as raw:
        raw.sendall(b"PUT /upload HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n")
        check("straight: 100-continue", raw.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n")
        raw.sendall(b"abc")
        check("straight: and the answer", b'{"size":3,"sum":294}' in raw.recv(1000))


def sockets_of(port):
    """Connections to it that the kernel still remembers, those that were closed a moment ago among them."""
    if not os.path.exists("/proc/net/tcp"):
        return 0
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split()[1:4] for line in table.readlines()[1:]]
    return sum(1 for here, _, state in rows if int(here.split(":")[1], 16) == port and state != "0A")


def behind(where, port, app_port, own_port_known):
    told, own = who_am_i(port, "/api/whoami" if where != "haproxy PROXY" else "/whoami")
    check(f"{where}: who the client is", told["client"] == "127.0.0.1", told)
    if own_port_known:
        check(f"{where}: its port", told["port"] == own, f"{told} and {own}")
    check(f"{where}: where it sees the app", told["base"] == f"http://127.0.0.1:{port}/api", told)
    if own_port_known:
        return
    told, _ = who_am_i(port, "/api/whoami", {"x-forwarded-for": "203.0.113.9"})
    check(f"{where}: a trusted client may speak for another", told["client"] == "203.0.113.9", told)
    told, _ = who_am_i(port, "/api/whoami", {"x-forwarded-host": "evil.example", "forwarded": "for=6.6.6.6"})
    check(f"{where}: nobody names another host", "evil" not in told["base"] and told["client"] == "127.0.0.1", told)
    told, _ = who_am_i(port, "/api/items/7")
    check(f"{where}: links", told["next"] == f"http://127.0.0.1:{port}/api/items/8", told)
    before = sockets_of(app_port)
    for _ in range(50):
        who_am_i(port, "/api/whoami")
    check(f"{where}: connections to the app are used again", sockets_of(app_port) - before < 10, sockets_of(app_port))


def configuration(name, ports, folder, extra=()):
    with open(os.path.join(EXAMPLE, name), encoding="utf-8") as file:
        text = file.read()
    for old, new in ports.items():
        text = text.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}")
    for old, new in extra:
        text = text.replace(old, new, 1)
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def with_nginx(app_port):
    if not shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"):
        left_out.append("nginx")
        return
    front = free_port()
    with tempfile.TemporaryDirectory() as folder:
        temporary = "".join(
            f"    {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.geteuid() == 0 else ""
        path = configuration(
            "nginx.conf",
            {8000: app_port, 8080: front},
            folder,
            [("http {\n", "http {\n" + temporary), ("worker_processes", user + "worker_processes")],
        )
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        with Running(program, "-p", folder, "-e", os.path.join(folder, "errors"), "-c", path, port=front):
            everybody_agrees("nginx", f"http://127.0.0.1:{front}/api")
            behind("nginx", front, app_port, False)


def with_haproxy(app_port, announced_port):
    program = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
    if not program:
        left_out.append("haproxy")
        return
    fields, announced = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        ports = {8000: app_port, 8001: announced_port, 8081: fields, 8082: announced}
        path = configuration("haproxy.cfg", ports, folder)
        with Running(program, "-f", path, "-db", port=fields):
            everybody_agrees("haproxy", f"http://127.0.0.1:{fields}")
            behind("haproxy", fields, app_port, False)
            everybody_agrees("haproxy PROXY", f"http://127.0.0.1:{announced}")
            behind("haproxy PROXY", announced, announced_port, True)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    quiet = ("--no-access-log", "--limit-body", "64M")
    plain, announced = free_port(), free_port()
    with Running(arguments[0], "--port", str(plain), *quiet, port=plain):
        everybody_agrees("straight", f"http://127.0.0.1:{plain}")
        straight(plain)
        numbers(plain)
        with_nginx(plain)
        with Running(arguments[0], "--port", str(announced), "--proxy-protocol", *quiet, port=announced):
            with_haproxy(plain, announced)
    for name in sorted(set(left_out)):
        print(f"left out {name}: it is not installed")
    for failure in failures:
        print(f"wrong   {failure}")
    print(f"[interop] checks: {passed + len(failures)} | {passed} passed | {len(failures)} failed |")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
