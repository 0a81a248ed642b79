# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The maintenance window of a roll-out: until when updates may begin."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal


def window_end(text: str) -> datetime | None:
    """The end of the maintenance window from ISO 8601 with an offset, None for an empty text. Raises Refusal."""
    if not text.strip():
        return None
    value = text.strip()
    try:
        end = datetime.fromisoformat(f"{value[:-1]}+00:00" if value[-1] in "Zz" else value)
    except ValueError:
        end = None
    if end is None or end.tzinfo is None:
        raise Refusal(
            f"'{text}' is no moment with an offset from UTC", "Write it like 2026-11-21T06:00:00+01:00, in quotes."
        )
    return end


def window_over(end: datetime | None, now: datetime) -> str:
    """Why nothing may be started any more, '' while it may. `now` bears a time zone."""
    if end is not None and now >= end:
        return f"not started: the window was over at {end.isoformat()}"
    return ""
