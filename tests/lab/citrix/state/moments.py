# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated moments as the API writes them."""

from __future__ import annotations

from datetime import datetime, timezone

from lab.setting import Setting

UNSET = "0001-01-01T00:00:00+00:00"


class Moments:
    """Every time has two fields, X and FormattedX (contract citrix 2, 5.3)."""

    def __init__(self, setting: Setting) -> None:
        self._clock = setting.clock
        self._behaviour = setting.behaviour

    def formatted(self, moment: float | None) -> str | None:
        """Return RFC 3339 in UTC, or None for a time that is not set."""
        return None if moment is None else self._iso(moment) + "Z"

    def plain(self, moment: float | None) -> str | None:
        """Return the older form; an unset time is in year 1 (contract citrix 5.3) or null."""
        if moment is None:
            return UNSET if self._behaviour["unset_times"] == "year_0001" else None
        return self._iso(moment) + "+00:00"

    def _iso(self, moment: float) -> str:
        return datetime.fromtimestamp(self._clock.epoch_usecs_at(moment) // 1_000_000, timezone.utc).strftime(
            "%Y-%m-%dT%H:%M:%S"
        )
