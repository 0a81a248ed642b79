# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machines of catalogs, counted: whom a change to the catalog concerns."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import read_machines
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.blast_radius import population
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, Unreachable

READ_AT_ONCE = 8
READ_SINGLY = 20


def read_populations(site: CitrixSite, catalog_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The population of each catalog by its id. Few are read catalog by catalog, side by side, many from one list of
    the whole site."""
    by_catalog: dict[str, list[Machine]] = {catalog_id: [] for catalog_id in catalog_ids}
    if len(catalog_ids) > READ_SINGLY:
        for machine in read_machines(site):
            by_catalog.setdefault(machine.catalog_id, []).append(machine)
    else:
        with ThreadPoolExecutor(max_workers=READ_AT_ONCE) as pool:
            by_catalog.update(
                zip(catalog_ids, pool.map(lambda catalog_id: read_machines(site, catalog_id), catalog_ids), strict=True)
            )
    return {catalog_id: population(machines) for catalog_id, machines in by_catalog.items()}


def read_groups_in_maintenance(site: CitrixSite) -> set[str] | None:
    """Ids of the delivery groups in maintenance mode, of which nobody can start anything whatever their machines say;
    None when they cannot be read."""
    try:
        return {
            group["Id"] for group in site.items("/DeliveryGroups") if group.get("Id") and group.get("InMaintenanceMode")
        }
    except Unreachable:
        raise
    except OperationError:
        return None
