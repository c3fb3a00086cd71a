"""Start the portal: migrate, fill the demo into an empty database, then run the web and the worker process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PORT = os.environ.get("PORT") or "8000"
ADDRESS = f"http://127.0.0.1:{PORT}"
STOP_SECONDS = 15
PREPARE = "prepare"


def prepare() -> None:
    """Bring database, index and demo into shape; all in one process, since starting one costs a second."""
    sys.path.insert(0, str(ROOT))
    from flask.cli import ScriptInfo

    from portal import create_app

    app = create_app()
    steps = [["db", "upgrade"], ["search", "ensure"]]
    if not os.environ.get("EMPTY"):
        steps.append(["demo", "load", "--if-empty"])
    for step in [*steps, ["demo", "logins"]]:
        app.cli.main(
            args=step, obj=ScriptInfo(create_app=lambda: app), standalone_mode=False, prog_name="flask"
        )


def port_is_free() -> bool:
    """Say whether nobody else listens on the port, before anything is written."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(PORT)))
        except (OSError, ValueError, OverflowError):
            return False
    return True


def start(*command: str | Path) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own, so that Ctrl-C reaches it only through us."""
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True)


def start_portal() -> list[subprocess.Popen[bytes]]:
    """Start the web and the worker process."""
    web: list[str | Path] = [BIN / "gunicorn", "portal:create_app()", "--bind", f"127.0.0.1:{PORT}"]
    # 500 characters of any script take up to 6,000 in an address.
    web += ["--limit-request-line", "8190"]
    web += ["--workers", "2", "--threads", "4", "--timeout", "120", "--graceful-timeout", "10"]
    return [start(*web, "--log-level", "warning"), start(BIN / "flask", "--app", "portal", "worker")]


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask the processes to finish what they do, and end what does not listen."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def is_up() -> bool:
    """Say whether the web process answers."""
    try:
        with urllib.request.urlopen(f"{ADDRESS}/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run(processes: list[subprocess.Popen[bytes]]) -> int:
    """Prepare, start, and watch until one process ends; what was started stands in `processes`."""
    processes.append(start(sys.executable, __file__, PREPARE))
    if processes[0].wait():
        return 1
    processes[:] = start_portal()
    while not is_up():
        if any(process.poll() is not None for process in processes):
            return 1
        time.sleep(0.1)
    print(f"\n  Tandem is running at {ADDRESS}   (Ctrl-C stops it)\n", flush=True)
    while all(process.poll() is None for process in processes):
        time.sleep(0.5)
    print("A process ended by itself; stopping.", file=sys.stderr)
    return 1


def main() -> int:
    """Run until one process ends or somebody stops us."""
    os.environ.setdefault("BASE_URL", ADDRESS)
    if not port_is_free():
        print(f"Port {PORT} is taken. Choose another one: make run PORT=8001", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        return run(processes)
    except KeyboardInterrupt:
        print("\nStopping ...", file=sys.stderr)
        return 0
    finally:
        stop(processes)


if __name__ == "__main__":
    if PREPARE in sys.argv[1:]:
        prepare()
    else:
        sys.exit(main())
