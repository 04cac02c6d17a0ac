#!/usr/bin/env python3
# A server that is told to stop while wrk asks it over 64 connections, twenty times: it loses no request that it took.
"""usage: tests/interop/stop_under_load.py SERVER

apt-get install wrk. Where it is not there the test is skipped.
"""

import re
import shutil
import signal
import subprocess
import sys
import time

from listening import PATIENCE, free_port, wait_for

SKIPPED = 77
ROUNDS = 20
# What never waits, what waits for a timer piece by piece, and what is larger than a socket takes.
PATHS = ("/hello", "/stream/5", "/large/3000000")


def one_round(server, path, workers):
    """What went wrong, in sentences; and how many requests were answered."""
    port = free_port()
    command = [server, "--port", str(port), "--no-access-log", "--workers", str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        try:
            wait_for(port, process)
        except RuntimeError as why:
            return [str(why)], 0
        url = f"http://127.0.0.1:{port}{path}"
        asking = ["wrk", "-t2", "-c64", "-d2s", "--timeout", "20s", url]
        wrk = subprocess.Popen(asking, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(0.7)  # under load, and not for long: who is refused afterwards tries again and again
        process.send_signal(signal.SIGTERM)
        try:
            _, said = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return ["the server does not stop"], 0
        told, _ = wrk.communicate(timeout=PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    wrong = []
    # Who is refused afterwards is told in time, which wrk calls a failed write; no answer may break off.
    errors = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", told)
    if errors and any(int(errors[n]) for n in (2, 4)):
        wrong.append(errors[0])
    if "Non-2xx" in told:
        wrong.append(re.search(r"Non-2xx.*", told)[0])
    answered = re.search(r"(\d+) requests in", told)
    if not answered or int(answered[1]) == 0:
        wrong.append(f"nothing was answered: {told[:300]}")
    if process.returncode not in (0, -signal.SIGTERM, 128 + signal.SIGTERM):
        wrong.append(f"ended with {process.returncode}: {said.decode()[-300:]}")
    return wrong, int(answered[1]) if answered else 0


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    if not shutil.which("wrk"):
        print("skipped: apt-get install wrk")
        return SKIPPED
    failures = 0
    for n in range(ROUNDS):
        path, workers = PATHS[n % len(PATHS)], 1 + n % 2
        wrong, answered = one_round(arguments[0], path, workers)
        failures += bool(wrong)
        print(f"{'wrong' if wrong else 'right'}   {path}, {workers} workers: {answered} answered {'; '.join(wrong)}")
    print(f"[stop under load] rounds: {ROUNDS} | {ROUNDS - failures} passed | {failures} failed |")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
