# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read hosting units and, when asked, the images visible in them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import (
    Connection,
    ImageBrowser,
    read_connections,
    read_hosting_units,
    read_location,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import HostingUnit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# Those whose connections tell where they lead to (contract citrix 10.2)
CLOUDS = ("AWS", "AmazonWorkSpacesCore", "AzureRM", "OracleCloudInfrastructure")
ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "name": {"type": "str"},
    "images": {"type": "bool", "default": False},
    "folder": {"type": "str", "default": ""},
    "machine_profiles": {"type": "bool", "default": False},
    "bypass_cache": {"type": "bool", "default": False},
}


def read(params: Params, reporter: Reporter) -> Result:
    site = CitrixSite.connect(params)
    pairs = _chosen(site, params["name"])
    in_clouds = {connection.id for _unit, connection in pairs if connection.connection_type in CLOUDS}
    locations = {connection_id: read_location(site, connection_id) for connection_id in sorted(in_clouds)}
    facts = {
        unit.id: _facts(unit, connection, *locations.get(connection.id, ("", "")))
        for unit, connection in sorted(pairs, key=lambda pair: pair[0].name.casefold())
    }
    browser = ImageBrowser(site, params["bypass_cache"], reporter.progress)
    if params["machine_profiles"]:
        for unit, connection in pairs:
            profiles = browser.machine_profiles(unit, connection.connection_type)
            facts[unit.id]["machine_profiles"] = list(map(asdict, profiles))
    if params["images"]:
        sights = browser.read_all([unit for unit, _connection in pairs], params["folder"])
        for unit_id, fact in facts.items():
            fact["images"] = list(map(asdict, sights[unit_id]))
    return {"hosting_units": list(facts.values())}


def _chosen(site: CitrixSite, name: str | None) -> list[tuple[HostingUnit, Connection]]:
    """The units of this name, else all. Raises OperationError for a name that none has."""
    pairs = [
        (unit, connection) for connection in read_connections(site) for unit in read_hosting_units(site, connection)
    ]
    if name is None:
        return pairs
    called = [pair for pair in pairs if pair[0].name.casefold() == name.casefold()]
    if not called:
        raise OperationError(
            f"{site.endpoint}: there is no hosting unit '{name}'",
            right_name(name, (unit.name for unit, _connection in pairs)),
        )
    return called


def _facts(unit: HostingUnit, connection: Connection, region: str, account: str) -> dict[str, Any]:
    return {
        "id": unit.id,
        "name": unit.name,
        "path": unit.path,
        "region": unit.region or region,
        "availability_zone": unit.availability_zone,
        "account": account,
        "connection": {
            "id": connection.id,
            "name": connection.name,
            "type": connection.connection_type,
            "plugin": connection.plugin,
            "addresses": list(connection.addresses),
            "zone": connection.zone,
            "in_maintenance_mode": connection.in_maintenance_mode,
        },
    }


OPERATION = Reading(arguments=ARGUMENTS, read=read)
