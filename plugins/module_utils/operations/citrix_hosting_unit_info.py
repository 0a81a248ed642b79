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
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import HostingUnit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "name": {"type": "str"},
    "images": {"type": "bool", "default": False},
    "bypass_cache": {"type": "bool", "default": False},
}


def read(params: Params, reporter: Reporter) -> Result:
    site = CitrixSite.connect(params)
    wanted = params["name"]
    units = [
        (unit, connection) for connection in read_connections(site) for unit in read_hosting_units(site, connection)
    ]
    found = [
        (unit, connection) for unit, connection in units if wanted is None or unit.name.casefold() == wanted.casefold()
    ]
    if wanted is not None and not found:
        raise OperationError(
            f"{site.endpoint}: there is no hosting unit '{wanted}'",
            near_names(wanted, (unit.name for unit, _connection in units)),
        )
    facts = [_facts(unit, connection) for unit, connection in sorted(found, key=lambda pair: pair[0].name.casefold())]
    if params["images"]:
        browser = ImageBrowser(site, params["bypass_cache"], reporter.progress)
        seen = browser.read_all([unit for unit, _connection in found])
        for unit in facts:
            unit["images"] = [asdict(image) for image in seen[unit["id"]]]
    return {"hosting_units": facts}


def _facts(unit: HostingUnit, connection: Connection) -> dict[str, Any]:
    return {
        "id": unit.id,
        "name": unit.name,
        "path": unit.path,
        "connection": {
            "id": connection.id,
            "name": connection.name,
            "plugin": connection.plugin,
            "addresses": list(connection.addresses),
            "zone": connection.zone,
            "in_maintenance_mode": connection.in_maintenance_mode,
        },
    }


OPERATION = Reading(arguments=ARGUMENTS, read=read)
