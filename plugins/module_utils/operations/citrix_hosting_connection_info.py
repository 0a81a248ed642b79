# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read hypervisor connections: zone, maintenance mode, fault."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.connections import (
    connection_facts,
    named_connections,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import (
    read_connections,
    read_hosting_units,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "names": {"type": "list", "elements": "str"},
    "hosting_units": {"type": "bool", "default": False},
}


def read(params: Params, reporter: Reporter) -> Result:
    site = CitrixSite.connect(params)
    connections = read_connections(site)
    names = params["names"]
    selection = connections if names is None else named_connections(site, names, connections)
    rows = []
    for connection in sorted(selection, key=lambda each: each.name.casefold()):
        facts = connection_facts(connection)
        if params["hosting_units"]:
            facts["hosting_units"] = sorted(
                (unit.name for unit in read_hosting_units(site, connection)), key=str.casefold
            )
        rows.append(facts)
    return {"connections": rows}


OPERATION = Reading(arguments=ARGUMENTS, read=read)
