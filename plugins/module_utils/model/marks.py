# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mark of a release on a protection domain snapshot and on a recovery point.

Such a snapshot has no name and no description; the only thing a request leaves on it is its retention. So the retention
asked for is lengthened, by less than two weeks, until its seconds carry the release's fingerprint; a later run of the
same release reads it back from creation and expiry time and adopts the snapshot. A cluster that counts the retention
from the request, and not from the snapshot that comes seconds later, shows it shortened by these seconds: that is known
by its fractions of a second, which no retention asked for has, and is allowed for.

A recovery point of Prism Central has a name that anybody can give, and an end that is asked for as a moment, which its
copies keep. The moment is put off, by less than 19 hours, until its seconds carry the fingerprint.
"""

from __future__ import annotations

import hashlib
import math
import uuid
from datetime import datetime, timezone

_SPAN = 1 << 20
_SPAN_OF_MOMENTS = 1 << 16
_MICROSECONDS = 1_000_000
_LONGEST_DELAY = 180


def fingerprint(mark: str) -> int:
    """A number below 2**20 for a text (the image name of the release)."""
    return int.from_bytes(hashlib.sha256(mark.encode()).digest()[:8], "big") % _SPAN


def marked_retention(seconds: int, mark: str) -> int:
    """The shortest retention of at least `seconds` that carries the mark."""
    return seconds + (fingerprint(mark) - seconds) % _SPAN


def bears_mark(retention_seconds: float, mark: str) -> bool:
    """Whether a retention, whatever its length, carries the mark: whole seconds exactly, others when short of it by
    less than three minutes."""
    seconds = math.ceil(retention_seconds)
    missing = (fingerprint(mark) - seconds) % _SPAN
    if seconds == retention_seconds:
        return missing == 0
    return missing < _LONGEST_DELAY


def retention_of(created_usecs: int, expiry_usecs: int) -> float:
    """The retention in seconds of a snapshot with these times."""
    return (expiry_usecs - created_usecs) / _MICROSECONDS


def marked_moment(earliest: datetime, mark: str) -> datetime:
    """The first moment that is not before `earliest` and carries the mark."""
    seconds = math.ceil(earliest.timestamp())
    seconds += (fingerprint(mark) - seconds) % _SPAN_OF_MOMENTS
    return datetime.fromtimestamp(seconds, timezone.utc)


def moment_bears(moment: datetime, mark: str) -> bool:
    """Whether a moment carries the mark."""
    return (fingerprint(mark) - round(moment.timestamp())) % _SPAN_OF_MOMENTS == 0


def uuid_for(*parts: str) -> str:
    """A version 4 uuid that is always the same for the same parts: a create repeated after a crash asks for the same
    object (contract prism_element 4.2)."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
