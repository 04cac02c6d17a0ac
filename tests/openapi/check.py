#!/usr/bin/env python3
# Shows the document and the client of a large app to the programs that others read them with.
"""usage: tests/openapi/check.py PROGRAM

PROGRAM is market.cpp, built. Its document goes to @redocly/cli, @apidevtools/swagger-parser and openapi-typescript, its
client to tsc --strict, and schemathesis sends it requests made from the document. The first four are looked for in
$CORACLE_OPENAPI_NODE (a folder in which `npm install` was called with package.json beside this file), schemathesis in
$CORACLE_OPENAPI_VENV (a virtual environment with requirements.txt). What is not installed is skipped, with a sentence;
when nothing is, the exit code is 77.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
# Rules of redocly that FastAPI's documents break too: an operation for everybody has no security, and "/" no 4XX.
UNWANTED_RULES = ("security-defined", "operation-4xx-response")
# Requests that break the schema are accepted where pydantic's lax reading takes them: "1" for 1.
UNWANTED_CHECKS = ("negative_data_rejection",)
VALIDATE = """
import parser from "@apidevtools/swagger-parser";
await parser.validate(process.argv[2]);
"""
OPTIONS = ["--strict", "--noEmit", "--skipLibCheck", "--target", "es2022", "--module", "es2022"]
OPTIONS += ["--lib", "es2022,dom,dom.iterable"]

failures = []
seen = 0


def say(sentence):
    print(sentence, flush=True)


def call(name, command, **more):
    """Runs one of the programs; what it says is shown when it is not content."""
    global seen
    seen += 1
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=280, **more
    )
    if done.returncode == 0:
        say(f"holds   {name}")
        return
    failures.append(name)
    say(f"broken  {name}\n" + "\n".join(done.stdout.splitlines()[-60:]))


def same_bytes(program):
    first, second = (subprocess.run([program, "--openapi"], stdout=subprocess.PIPE, check=True).stdout for _ in "12")
    if first != second:
        failures.append("two runs give the same document")
    return first


def node_tools(program, document, folder):
    modules = os.environ.get("CORACLE_OPENAPI_NODE", "")
    bin_folder = pathlib.Path(modules, "node_modules", ".bin")
    if not modules or not bin_folder.is_dir():
        say("skipped redocly, swagger-parser, openapi-typescript and tsc: npm install tests/openapi/package.json "
            "somewhere, and name the folder in CORACLE_OPENAPI_NODE")
        return
    quiet = dict(os.environ, REDOCLY_TELEMETRY="off", REDOCLY_SUPPRESS_UPDATE_NOTICE="true", CI="1")
    rules = [word for rule in UNWANTED_RULES for word in ("--skip-rule", rule)]
    call("redocly takes the document", [bin_folder / "redocly", "lint", "--extends=recommended", *rules, document],
         cwd=modules, env=quiet)
    script = pathlib.Path(modules, "coracle_validate.mjs")
    script.write_text(VALIDATE)
    call("swagger-parser takes the document", ["node", script, document], cwd=modules)
    types = folder / "types.ts"
    call("openapi-typescript takes the document", [bin_folder / "openapi-typescript", document, "-o", types],
         cwd=modules)
    client = folder / "client.ts"
    client.write_bytes(subprocess.run([program, "--ts"], stdout=subprocess.PIPE, check=True).stdout)
    use = folder / "use.ts"
    use.write_text((HERE / "use.ts").read_text())
    call("tsc takes the client, and a program that uses it", [bin_folder / "tsc", *OPTIONS, client, use, types],
         cwd=modules)


def schemathesis(program, folder):
    place = os.environ.get("CORACLE_OPENAPI_VENV", "")
    tool = pathlib.Path(place, "bin", "schemathesis")
    if not place or not tool.is_file():
        say("skipped schemathesis: make a virtual environment with tests/openapi/requirements.txt, and name it in "
            "CORACLE_OPENAPI_VENV")
        return
    server = subprocess.Popen([program, "0"], stdout=subprocess.PIPE, text=True)
    try:
        url = None
        for line in server.stdout:
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                url = found.group()
                break
        if url is None:
            failures.append("the app says where it listens")
            return
        call("schemathesis finds nothing to complain of",
             [tool, "run", "--url", url, "--generation-deterministic", "-n", "15", "--exclude-checks",
              ",".join(UNWANTED_CHECKS), "--phases", "examples,coverage,fuzzing", url + "/openapi.json"], cwd=folder,
             env=dict(os.environ, SCHEMATHESIS_HOOKS="unsendable", PYTHONPATH=str(HERE)))
    finally:
        server.terminate()
        server.wait(timeout=30)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        document = folder / "market.json"
        document.write_bytes(same_bytes(program))
        json.loads(document.read_text())
        node_tools(program, document, folder)
        schemathesis(program, folder)
    if failures:
        sys.exit(1)
    if not seen:
        sys.exit(SKIPPED)


main()
