# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points: the requests of a release, each found again in another run although runs are concurrent and their requests
come in another order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lab.wire import is_write

ID = re.compile(r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|snap-[0-9a-f]{8,17})", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Point:
    """The `nth` request of a `method` to an `endpoint` whose path fits `pattern`, the decoded path with {} for ids."""

    endpoint: str
    method: str
    pattern: str
    nth: int

    @property
    def is_write(self) -> bool:
        return is_write(self.method, self.pattern)

    def where(self) -> dict[str, Any]:
        """The part of a fault rule that says when it fires."""
        path = ID.pattern.join(re.escape(part) for part in self.pattern.split("{}"))
        return {"endpoint": self.endpoint, "method": self.method, "path": rf"(?i)^{path}(\?|$)", "nth": self.nth}

    def __str__(self) -> str:
        short = re.sub(r"^/(PrismGateway/services/rest/v2\.0|cvad/manage)/", "", self.pattern)
        return f"{self.endpoint} {self.method} {short} #{self.nth}"


def pattern_of(path: str) -> str:
    """The path with {} for its ids: '/tasks/{}'."""
    return ID.sub("{}", urlsplit(path)._replace(query="").geturl())


def points_of(requests: Iterable[Mapping[str, Any]]) -> list[Point]:
    """A point for each recorded request, in their order."""
    seen: Counter[tuple[str, str, str]] = Counter()
    points = []
    for entry in requests:
        kind = (entry["endpoint"], entry["method"], pattern_of(entry["path"]))
        seen[kind] += 1
        points.append(Point(*kind, seen[kind]))
    return points
