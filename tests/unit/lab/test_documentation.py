# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/lab.md names everything that a user of the lab can write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.citrix.changes import CHANGES as SITE_CHANGES
from lab.citrix.topology import SWITCHES as SITE_SWITCHES
from lab.faults import RULE
from lab.image_portability.changes import CHANGES as PORTABILITY_CHANGES
from lab.image_portability.topology import SWITCHES as PORTABILITY_SWITCHES
from lab.prism_central.changes import CHANGES as CENTRAL_CHANGES
from lab.prism_central.topology import SWITCHES as CENTRAL_SWITCHES
from lab.prism_element.changes import CHANGES as CLUSTER_CHANGES
from lab.prism_element.topology import SWITCHES as CLUSTER_SWITCHES
from lab.schema import either, nullable, required
from lab.switches import defaults
from lab.topology import DURATIONS, TOPOLOGY
from lab.xenserver.changes import CHANGES as POOL_CHANGES
from lab.xenserver.topology import SWITCHES as POOL_SWITCHES

TEXT = (Path(__file__).parents[3] / "docs" / "lab.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", TEXT))))


def keys_of(schema: Any) -> Iterator[str]:
    """Yield every key that a schema knows, at any depth."""
    if isinstance(schema, dict):
        for key, inner in schema.items():
            yield key
            yield from keys_of(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keys_of(inner)
    elif isinstance(schema, (required, nullable)):
        yield from keys_of(schema.schema)
    elif isinstance(schema, either):
        for inner in schema.schemas:
            yield from keys_of(inner)


@pytest.mark.parametrize(
    "what",
    [
        TOPOLOGY,
        DURATIONS,
        CLUSTER_SWITCHES,
        CENTRAL_SWITCHES,
        SITE_SWITCHES,
        POOL_SWITCHES,
        PORTABILITY_SWITCHES,
        RULE,
        SITE_CHANGES.shapes,
        CENTRAL_CHANGES.shapes,
        CLUSTER_CHANGES.shapes,
        POOL_CHANGES.shapes,
        PORTABILITY_CHANGES.shapes,
    ],
    ids=[
        "topology",
        "durations",
        "cluster switches",
        "central switches",
        "site switches",
        "pool switches",
        "portability switches",
        "fault rules",
        "site changes",
        "central changes",
        "cluster changes",
        "pool changes",
        "portability changes",
    ],
)
def test_every_key_is_documented(what: Any) -> None:
    assert sorted(set(keys_of(what)) - NAMED) == []


@pytest.mark.parametrize(
    "defaults",
    [
        defaults(CLUSTER_SWITCHES),
        defaults(CENTRAL_SWITCHES),
        defaults(SITE_SWITCHES),
        defaults(POOL_SWITCHES),
        defaults(PORTABILITY_SWITCHES),
    ],
    ids=["cluster", "central", "site", "pool", "portability"],
)
def test_the_default_of_every_single_switch_is_the_one_documented_first(defaults: dict[str, Any]) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", TEXT, re.MULTILINE))
    spelled = {None: "null", True: "true", False: "false"}
    for switch, default in defaults.items():
        if switch in rows:
            first = rows[switch].split(",")[0].strip().strip("`")
            assert first == (spelled[default] if default is None or isinstance(default, bool) else str(default)), switch
