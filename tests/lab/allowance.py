# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many calls an endpoint takes in a second."""

from __future__ import annotations

import time


class Allowance:
    """So many calls per real second; a client waits in real time."""

    def __init__(self, per_second: float | None) -> None:
        self._per_second = per_second
        self._calls = float(per_second or 0)
        self._at = time.monotonic()

    def take(self) -> float:
        """Take one call; return 0, or after how many seconds there will be one."""
        if self._per_second is None:
            return 0.0
        now = time.monotonic()
        self._calls = min(max(self._per_second, 1.0), self._calls + (now - self._at) * self._per_second)
        self._at = now
        if self._calls < 1:
            return (1 - self._calls) / self._per_second
        self._calls -= 1
        return 0.0
