# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load and check a topology: the description of the estate that a lab simulates."""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from lab.citrix import topology as citrix
from lab.image_portability import topology as image_portability
from lab.prism_central import topology as prism_central
from lab.prism_element import topology as prism_element
from lab.schema import mapping, problem_with
from lab.xenserver import topology as xenserver

DURATIONS: dict[str, float] = {
    **prism_element.DURATIONS,
    **prism_central.DURATIONS,
    **citrix.DURATIONS,
    **xenserver.DURATIONS,
    **image_portability.DURATIONS,
}

TOPOLOGY: dict[str, Any] = {
    "time_scale": float,
    "seed": int,
    "inventory_vars": mapping(object),
    "durations": dict.fromkeys(DURATIONS, float),
    "prism_elements": [prism_element.CLUSTER],
    "prism_centrals": [prism_central.CENTRAL],
    "citrix_sites": [citrix.SITE],
    "xenserver_pools": [xenserver.POOL],
    "image_portability": [image_portability.SERVICE],
}


class BadTopology(ValueError):
    """A topology that cannot be built; the text names the key and what is wrong with it."""


def load(source: str | Path | dict[str, Any]) -> dict[str, Any]:
    """Return a checked topology with every top-level key present.

    ``source``: a YAML file, or the topology itself. Raises BadTopology.
    """
    given = (
        deepcopy(source) if isinstance(source, dict) else yaml.safe_load(Path(source).read_text(encoding="utf-8")) or {}
    )
    problem = problem_with(given, TOPOLOGY, "topology")
    if problem:
        raise BadTopology(problem)
    topology: dict[str, Any] = {
        "time_scale": 1.0,
        "seed": 1,
        "inventory_vars": {},
        "durations": {},
        "prism_elements": [],
        "prism_centrals": [],
        "citrix_sites": [],
        "xenserver_pools": [],
        "image_portability": [],
        **given,
    }
    _check_references(topology)
    return topology


def _check_references(topology: dict[str, Any]) -> None:
    clusters = [cluster["name"] for cluster in topology["prism_elements"]]
    centrals = [central["name"] for central in topology["prism_centrals"]]
    pools = [pool["name"] for pool in topology["xenserver_pools"]]
    # The first host of a pool bears its name
    members = [host["name"] for pool in topology["xenserver_pools"] for host in pool.get("hosts", [])[1:]]
    sites = [site["name"] for site in topology["citrix_sites"]]
    services = [service["name"] for service in topology["image_portability"]]
    names = clusters + centrals + sites + pools + members + services
    for name in names:
        if names.count(name) > 1:
            raise BadTopology(f"two endpoints are called {name!r}")
    for part, check in (
        ("prism_elements", prism_element.problem_with_references),
        ("prism_centrals", partial(prism_central.problem_with_references, centrals=set(centrals))),
        ("citrix_sites", partial(citrix.problem_with_references, centrals=set(centrals), pools=set(pools))),
        ("xenserver_pools", xenserver.problem_with_references),
    ):
        for number, entry in enumerate(topology[part]):
            problem = check(entry, set(clusters))
            if problem:
                raise BadTopology(f"{part}[{number}].{problem}")
    cloud_sites = {site["name"] for site in topology["citrix_sites"] if site["kind"] == "daas"}
    for number, service in enumerate(topology["image_portability"]):
        problem = image_portability.problem_with_references(service, cloud_sites)
        if problem:
            raise BadTopology(f"image_portability[{number}].{problem}")
