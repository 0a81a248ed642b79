# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Move catalogs to a zone, or to that of a hypervisor connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    SELECTOR_ARGUMENTS,
    SELECTOR_RULES,
    selector_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.connections import named_connections
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import (
    Connection,
    read_connections,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machine_watch import read_present
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.zones import (
    move_catalogs,
    read_zoned_catalogs,
    read_zones,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import find_named
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.zones import (
    ZoneMove,
    plan_move,
    plan_move_after_machines,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog, find_catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.zone import Zone, is_in
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# What a plan says of a move
ACTIONS = {"unchanged": "unchanged", "move": "would_move", "stay": "staying"}
ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "catalogs": {"type": "list", "elements": "dict", "required": True, "options": SELECTOR_ARGUMENTS, **SELECTOR_RULES},
    "zone": {"type": "str"},
    "hypervisor_connection": {"type": "str"},
    "only_when_moved": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 600},
}


@dataclass(frozen=True)
class _Observed:
    site: CitrixSite
    zone: Zone
    moves: tuple[ZoneMove, ...]


def observe(params: Params, reporter: Reporter) -> _Observed:
    site = CitrixSite.connect(params)
    connections: Sequence[Connection] = ()
    if params["hypervisor_connection"] or params["only_when_moved"]:
        connections = read_connections(site)
    zone = _zone(site, params["zone"], params["hypervisor_connection"], connections)
    catalogs = _catalogs(site, params["catalogs"])
    return _Observed(site, zone, tuple(_moves(site, catalogs, zone, connections, params["only_when_moved"])))


def plan(params: Params, observed: _Observed) -> Plan[Catalog]:
    zone = observed.zone
    steps = [move.catalog for move in observed.moves if move.action == "move"]
    before = {move.catalog.full_name: move.catalog.zone for move in observed.moves}
    return Plan(
        steps=steps,
        facts=_facts(observed, steps, is_applied=False),
        before={"zones": before},
        after={"zones": {**before, **{catalog.full_name: zone.name for catalog in steps}}},
    )


def apply(params: Params, observed: _Observed, plan: Plan[Catalog], reporter: Reporter) -> Result:
    site, zone = observed.site, observed.zone
    with reporter.phase("zone"):
        warning = move_catalogs(site, zone, plan.steps, timeout=params["wait_timeout"], progress=reporter.progress)
    if warning:
        reporter.warn(f"{site.endpoint}: moving catalogs to zone {zone.name}: {warning}")
    return _facts(observed, plan.steps, is_applied=True)


def _facts(observed: _Observed, movers: Sequence[Catalog], is_applied: bool) -> Result:
    staying = [move for move in observed.moves if move.action == "stay"]
    return {
        "zone": {"id": observed.zone.id, "name": observed.zone.name},
        "catalogs": [_move_facts(move, observed.zone, is_applied) for move in observed.moves],
        "moved": [catalog.full_name for catalog in movers],
        "staying": [{**_names(move.catalog), "why": move.why, "machines": list(move.machines)} for move in staying],
    }


def _zone(site: CitrixSite, name: str | None, connection_name: str | None, connections: Sequence[Connection]) -> Zone:
    if connection_name is not None:
        (connection,) = named_connections(site, [connection_name], connections)
        if not connection.zone_id:
            raise OperationError(
                f"{site.endpoint}: connection {connection.name} has no known zone", "Give zone instead."
            )
        return Zone(connection.zone_id, connection.zone)
    try:
        return find_named("zone", name or "", read_zones(site))
    except Refusal as error:
        raise error.at(site.endpoint) from None


def _catalogs(site: CitrixSite, wishes: Sequence[dict[str, Any]]) -> list[Catalog]:
    if not wishes:
        return []
    catalogs = read_zoned_catalogs(site)
    try:
        return list(dict.fromkeys(find_catalog(selector_of(entry), catalogs) for entry in wishes))
    except Refusal as error:
        raise error.at(site.endpoint) from None


def _moves(
    site: CitrixSite, catalogs: Sequence[Catalog], zone: Zone, connections: Sequence[Connection], only_when_moved: bool
) -> list[ZoneMove]:
    elsewhere = [catalog for catalog in catalogs if not is_in(catalog, zone)]
    if not only_when_moved or not elsewhere:
        return [plan_move(catalog, zone) for catalog in catalogs]
    machines: dict[str, list[Machine]] = {}
    for machine in read_present(site, [catalog.id for catalog in elsewhere]):
        machines.setdefault(machine.catalog_id, []).append(machine)
    zones = {connection.name: Zone(connection.zone_id, connection.zone) for connection in connections}
    return [plan_move_after_machines(catalog, zone, machines.get(catalog.id, []), zones) for catalog in catalogs]


def _move_facts(move: ZoneMove, zone: Zone, is_applied: bool) -> dict[str, Any]:
    before = move.catalog.zone
    facts = {**_names(move.catalog), "before": before, "zone": before, "action": ACTIONS[move.action]}
    if move.action == "move" and is_applied:
        facts |= {"zone": zone.name, "action": "moved"}
    return facts


def _names(catalog: Catalog) -> dict[str, str]:
    return {"id": catalog.id, "name": catalog.name, "folder": "/".join(catalog.folder), "full_name": catalog.full_name}


OPERATION = Change(
    arguments=ARGUMENTS,
    observe=observe,
    plan=plan,
    apply=apply,
    required_one_of=(("zone", "hypervisor_connection"),),
    mutually_exclusive=(("zone", "hypervisor_connection"),),
)
