# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Share a version of a prepared image with hosting units, or take it away from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import (
    Connection,
    read_connections,
    read_hosting_units,
    read_location,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definitions import (
    read_users,
    read_versions,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import find_named
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.features import SHARING
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.shares import (
    EXACT,
    SHARED,
    UNSHARED,
    Place,
    Sharing,
    obstacle_to_leaving,
    obstacle_to_sharing,
    plan_sharing,
    version_to_come,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import HostingUnit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import ImageVersion
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.cluster_property import (
    CLUSTER_PROPERTY,
    with_cluster,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.finding import (
    chosen,
    definition_called,
    definition_if_any,
    enter,
    ready_version,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.sharing import (
    order_sharing,
    refuse_bad_end,
    wait_for_shares,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.telling import version_facts

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "definition": {"type": "str", "required": True},
    "number": {"type": "int"},
    "release": {"type": "str"},
    "hosting_units": {"type": "list", "elements": "str", "required": True},
    "state": {"type": "str", "choices": [EXACT, SHARED, UNSHARED], "default": SHARED},
    "hosting_unit": {"type": "str"},
    "custom_properties": {"type": "dict", "default": {}},
    "cluster_ids": {"type": "dict", "default": {}},
    **CLUSTER_PROPERTY,
    "wait_timeout": {"type": "int", "default": 3600},
}


@dataclass(frozen=True)
class _Observed:
    """`names` of hosting units by id, `properties` of those that were given some."""

    site: CitrixSite
    version: ImageVersion
    sharing: Sharing
    names: Mapping[str, str]
    properties: Mapping[str, Mapping[str, str]]


def observe(params: Params, reporter: Reporter) -> _Observed:
    site = enter(params, SHARING)
    connections = {connection.id: connection for connection in read_connections(site)}
    by_id = {unit.id: unit for connection in connections.values() for unit in read_hosting_units(site, connection)}
    units = list(by_id.values())
    version = _version(site, params, units, reporter)
    places = units
    if params["state"] == UNSHARED:
        places = units + _removed(version, by_id)
    try:
        named = [find_named("hosting unit", name, places).id for name in params["hosting_units"]]
        properties = _properties(params, units)
        sharing = plan_sharing(version, params["state"], named, list(by_id))
    except Refusal as error:
        raise error.at(site.endpoint) from None
    users = read_users(site, [version])[version.id] if sharing.leaving else ()
    arriving = [by_id[unit_id] for unit_id in sharing.arriving if unit_id in by_id]
    refusal = obstacle_to_leaving(sharing.leaving, users) or _obstacle_to_sharing(
        site, version, arriving, by_id, connections
    )
    if refusal:
        # One that is still to be made has no number yet
        raise refusal.at(f"{site.endpoint}: {version if version.id else params['definition']}")
    names = {unit.id: unit.name for unit in units}
    for share in version.shares:
        names[share.id] = share.name
    return _Observed(site, version, sharing, names, properties)


def plan(params: Params, observed: _Observed) -> Plan[str]:
    sharing, names = observed.sharing, observed.names
    return Plan(
        steps=[] if sharing.is_as_wished else ["share"],
        facts=_facts(observed, observed.version),
        before={"hosting_units": sorted(share.name for share in observed.version.shares)},
        after={"hosting_units": sorted(names[unit_id] for unit_id in sharing.wanted)},
    )


def apply(params: Params, observed: _Observed, plan: Plan[str], reporter: Reporter) -> Result:
    site, version, sharing = observed.site, observed.version, observed.sharing
    deadline = Deadline(params["wait_timeout"])
    with reporter.phase("share"):
        if sharing.needs_order:
            warning = order_sharing(
                site, version, sharing, observed.properties, timeout=deadline.left, progress=reporter.progress
            )
            if warning:
                reporter.warn(f"{site.endpoint}: sharing {version}: {warning}")
        now = wait_for_shares(site, version, sharing, deadline, reporter.progress)
        facts = _facts(observed, now)
        refuse_bad_end(site, now, sharing, {"changed": True, **facts})
    return facts


def _facts(observed: _Observed, version: ImageVersion) -> Result:
    sharing = observed.sharing
    return {
        "image_version": version_facts(version) if version.id else None,
        "shared": [observed.names[unit_id] for unit_id in sharing.arriving],
        "unshared": [gone.name for gone in sharing.leaving],
    }


def _properties(params: Params, units: Sequence[HostingUnit]) -> dict[str, dict[str, str]]:
    """The custom properties by hosting unit, its cluster among them. Raises Refusal."""
    pairs, clusters = _by_unit(params["custom_properties"], units), _by_unit(params["cluster_ids"], units)
    properties = {}
    for unit_id in (*pairs, *clusters):
        own = with_cluster(pairs.get(unit_id), clusters.get(unit_id), params["cluster_property"])
        properties[unit_id] = own or {}
    return properties


def _by_unit(named: Mapping[str, Any], units: Sequence[HostingUnit]) -> dict[str, Any]:
    """By the ids of the hosting units what was given by their names."""
    return {find_named("hosting unit", name, units).id: each for name, each in named.items()}


def _version(site: CitrixSite, params: Params, units: Sequence[HostingUnit], reporter: Reporter) -> ImageVersion:
    """The version; in check mode also one that another task is going to prepare in a hosting unit."""
    may_come = reporter.check and params["hosting_unit"]
    find = definition_if_any if may_come else definition_called
    definition = find(site, params["definition"])
    versions = read_versions(site, definition) if definition else []
    fitting = chosen(versions, params["number"], params["release"])
    try:
        if definition is None or (may_come and not any(version.is_ready for version in fitting)):
            return version_to_come(params["definition"], find_named("hosting unit", params["hosting_unit"], units))
        return ready_version(definition, versions, params["number"], params["release"])
    except Refusal as error:
        raise error.at(site.endpoint) from None


def _removed(version: ImageVersion, there: Mapping[str, HostingUnit]) -> list[HostingUnit]:
    """Hosting units that are not there any more and still count among those that have the image."""
    gone = []
    for share in version.shares:
        if share.id not in there:
            gone.append(HostingUnit(share.id, share.name, "", share.connection_id, share.connection))
    return gone


def _obstacle_to_sharing(
    site: CitrixSite,
    version: ImageVersion,
    arriving: Sequence[HostingUnit],
    units: Mapping[str, HostingUnit],
    connections: Mapping[str, Connection],
) -> Refusal | None:
    primary = units.get(version.primary_id)
    if primary is None:
        return None
    strangers = [unit for unit in arriving if unit.connection_id != primary.connection_id]
    if not strangers:
        return None

    def place(unit: HostingUnit) -> Place:
        region, account = read_location(site, unit.connection_id)
        return Place(unit.id, unit.name, connections[unit.connection_id].connection_type, region, account)

    return obstacle_to_sharing(place(primary), list(map(place, strangers)))


OPERATION = Change(
    arguments=ARGUMENTS,
    observe=observe,
    plan=plan,
    apply=apply,
    required_one_of=(("number", "release"),),
    mutually_exclusive=(("number", "release"),),
)
