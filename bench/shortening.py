# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""True time without its boredom: the middle of the two long waits is skipped, and counted."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import requests

# By then every cluster and catalog has begun to wait, and looks as rarely as it ever will (waiting.LONGEST_PAUSE), so
# nothing but looking is left out.
BEGINNING = 200.0
END = 60.0
LOOK_EVERY = 2.0


class Shortened(threading.Thread):
    """Skips simulated time in a lab that runs in true time. ``waits``: the end of a path that is posted to when a wait
    begins -> how long it is, in seconds."""

    def __init__(self, control_url: str, waits: Mapping[str, float]) -> None:
        super().__init__(daemon=True)
        self._url = control_url
        self._waits = dict(waits)
        self._ended = threading.Event()
        self.skipped = 0.0

    def run(self) -> None:
        """Shorten each of the waits once, until ``end`` is called."""
        seen = 0
        while self._waits and not self._ended.wait(LOOK_EVERY):
            entries = requests.get(f"{self._url}/lab/requests", params={"after": seen}, timeout=60).json()
            seen = entries[-1]["n"] if entries else seen
            begun = [
                ending
                for ending in self._waits
                if any(entry["method"] == "POST" and entry["path"].endswith(ending) for entry in entries)
            ]
            for ending in begun:
                self._shorten(self._waits.pop(ending) - BEGINNING - END)

    def _shorten(self, seconds: float) -> None:
        if seconds <= 0 or self._ended.wait(BEGINNING):
            return
        requests.post(f"{self._url}/lab/clock", json={"skip": seconds}, timeout=60).raise_for_status()
        self.skipped += seconds

    def end(self) -> float:
        """Stop; return how many seconds were skipped."""
        self._ended.set()
        self.join()
        return self.skipped
