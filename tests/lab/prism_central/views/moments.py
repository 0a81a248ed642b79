# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments as answers write them."""

from __future__ import annotations

from datetime import datetime, timezone

from lab.setting import Setting


def iso(usecs: int | None) -> str | None:
    """Return epoch microseconds as RFC 3339 in UTC."""
    if usecs is None:
        return None
    moment = datetime.fromtimestamp(usecs // 1_000_000, timezone.utc).replace(microsecond=usecs % 1_000_000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def iso_of(setting: Setting, moment: float | None) -> str | None:
    """Return simulated seconds as RFC 3339 in UTC."""
    return None if moment is None else iso(setting.clock.epoch_usecs_at(moment))


def usecs_of(text: str) -> int:
    """Return the epoch microseconds of a moment; one without zone is in UTC."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return int(moment.timestamp() * 1_000_000)
