"""How long the demo takes to load into an empty portal, stage by stage.

Run: .venv/bin/python -m bench.demo_load [--deals N]. Goal: under a minute on two cores, LibreOffice or not.
The processor's time leaves out what guarded processes spend on reading and drawing.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from config import Config
from portal import create_app
from portal.db import db, now
from portal.demo.load import load
from portal.demo.simulation import DEALS


def processor() -> float:
    """Seconds of the processor so far, those of finished child processes included."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Clock:
    """Prints a line whenever another stage begins."""

    def __init__(self) -> None:
        self.began = self.begin = time.perf_counter()
        self.busy = processor()
        self.words = ""

    def tell(self, done: int, words: str) -> None:
        """Take note of what is being done."""
        if words == self.words:
            return
        clock, busy = time.perf_counter(), processor()
        if self.words:
            print(
                f"{self.words:<32}{clock - self.begin:7.1f} s{busy - self.busy:7.1f} s of processor",
                flush=True,
            )
        self.begin, self.busy, self.words = clock, busy, words


def main() -> None:
    """Load a demo into a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=DEALS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config({"PORTAL_DATA_DIR": str(Path(folder))}))
        with app.app_context():
            db.create_all()
            clock = Clock()
            load(app, today=now().date(), deals=arguments.deals, tell=clock.tell)
            clock.tell(100, "")
            print(f"{'in all':<32}{time.perf_counter() - clock.began:7.1f} s")
            db.engine.dispose()


if __name__ == "__main__":
    main()
