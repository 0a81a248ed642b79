# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that a run sent, by kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

TO_BE_REPEATED = (429, 502, 503, 504, None)
_ROOTS = re.compile(r"^(/PrismGateway/services/rest/v2\.0|/cvad/manage)")
_IDS = re.compile(r"(?<=/)((?:\w+=*:)?[0-9a-f]{8}-[0-9a-f-]{27}|\d+)(?=/|$)", re.IGNORECASE)
_NAMES = re.compile(r"(?:(?<=/protection_domains/)|(?<=/remote_sites/))[^/]+")


@dataclass(frozen=True)
class Calls:
    """``by_kind``: (kind of endpoint, method, path without its ids) -> requests; ``retries``: answers that had to be
    asked for again."""

    by_kind: Mapping[tuple[str, str, str], int]
    writes: int
    retries: int
    violations: int
    per_second: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_kind.values())

    def of(self, product: str) -> int:
        """Those to endpoints whose kind begins so: 'prism_element', 'citrix'."""
        return sum(count for (kind, _method, _path), count in self.by_kind.items() if kind.startswith(product))


def count_calls(requests: Iterable[Mapping[str, Any]], kinds: Mapping[str, str]) -> Calls:
    """Count the lab's record; ``kinds``: endpoint name -> kind."""
    entries = list(requests)
    return Calls(
        by_kind=Counter((kinds[entry["endpoint"]], entry["method"], pattern(entry["path"])) for entry in entries),
        writes=sum(entry["writes"] for entry in entries),
        retries=sum(entry["status"] in TO_BE_REPEATED for entry in entries),
        violations=sum(bool(entry["violation"]) for entry in entries),
        per_second=_most_per_second(entry for entry in entries if kinds[entry["endpoint"]] == "prism_central"),
    )


def _most_per_second(requests: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Of each endpoint the most requests that began within one second."""
    begun: dict[str, list[float]] = {}
    for entry in requests:
        begun.setdefault(entry["endpoint"], []).append(entry["started"])
    return {name: _most_within_a_second(sorted(moments)) for name, moments in sorted(begun.items())}


def _most_within_a_second(moments: list[float]) -> int:
    first, most = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def pattern(path: str) -> str:
    """A path without what tells one object from another."""
    return _NAMES.sub("{name}", _IDS.sub("{id}", _ROOTS.sub("", path).rstrip("/")))
