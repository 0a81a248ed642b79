# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments in answers."""

from __future__ import annotations

from datetime import datetime, timezone

from lab.setting import Setting


def iso(setting: Setting, moment: float) -> str:
    """Return a moment with microseconds and Z (contract image_portability 4.2)."""
    when = datetime.fromtimestamp(setting.clock.epoch_usecs_at(moment) / 1_000_000, timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
