# listening: a free port for a program, and when it listens there.
import os
import socket
import time

PATIENCE = 30 * float(os.environ.get("CORACLE_TEST_PATIENCE", "1"))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


def wait_for(port, process):
    """Until somebody listens there. error: RuntimeError when the process has ended, or takes too long."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"{process.args[0]} does not listen on {port}")
