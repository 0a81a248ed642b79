# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moments written for people and for filters, out of microseconds since 1970, as Prism counts, or of our own clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def iso_utc(usecs: int | None) -> str | None:
    """'2026-11-20T23:33:00Z' for 1795217580000000; None for no time (null or 0, prism_element_v2 8.1)."""
    if not usecs:
        return None
    return (_EPOCH + timedelta(microseconds=usecs)).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_milliseconds(moment: datetime) -> str:
    """'2026-11-20T23:33:00.125Z' for a moment with a time zone."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso_milliseconds(text: str) -> datetime:
    """The moment that `iso_milliseconds` wrote. ValueError for another form."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
