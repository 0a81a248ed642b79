# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moments as the APIs write them and as we write them for people and for filters."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,]\d+)?\s*(Z|z|[+-]\d\d:?\d\d)?\Z")
USUAL_LIFETIME = 3600.0
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def iso_utc(usecs: int | None) -> str | None:
    """'2026-11-20T23:33:00Z' for 1795217580000000; None for no time (null or 0, contract prism_element 8.1)."""
    if not usecs:
        return None
    return (_EPOCH + timedelta(microseconds=usecs)).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_moment(moment: datetime | None) -> str | None:
    """'2026-11-20T23:33:00Z' for a moment with a time zone; None for none."""
    if moment:
        return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return None


def iso_milliseconds(moment: datetime) -> str:
    """'2026-11-20T23:33:00.125Z' for a moment with a time zone."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso_milliseconds(text: str) -> datetime:
    """The moment that `iso_milliseconds` wrote. ValueError for another form."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


def parse_moment(text: object) -> datetime | None:
    """A moment with its time zone (UTC when none is named), or None for texts in another form and for year 0001, the
    API's 'not yet'."""
    match = _RFC_3339.match(text.strip()) if isinstance(text, str) else None
    if match is None or match[1].startswith("0001"):
        return None
    zone = (match[3] or "Z").upper()
    offset = "+0000" if zone == "Z" else zone.replace(":", "")
    try:
        return datetime.strptime(f"{match[1]}T{match[2]}{offset}", "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


def seconds_left(expiry: object, now: datetime) -> float:
    """How long a token is good for.

    Sources give a number of seconds, the same as text, or a moment (contract citrix 1.3 to 1.5). What cannot be read,
    or is over already because two clocks differ, counts as the usual hour: a token that ends earlier is renewed when it
    is refused.
    """
    moment = parse_moment(expiry)
    if moment is not None:
        seconds = (moment - now.astimezone(timezone.utc)).total_seconds()
    else:
        try:
            seconds = float(expiry)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return USUAL_LIFETIME
    if 0 < seconds < float("inf"):
        return seconds
    return USUAL_LIFETIME
