# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the catalogs that are to get the image of a XenServer pool can be moved to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import all_places
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight import catalogs, hosting
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows

NAMES = "xenserver_image_sync_catalogs"


def check(rows: Rows, facts: Facts, pools: Mapping[str, Facts]) -> None:
    """Each catalog that a site names, and whom all of them together concern."""
    if facts.get("of_pools"):
        named = {**facts, "wanted": facts["of_pools"]}
        catalogs.check_named(rows, named, NAMES, "", partial(_in_pool, facts, pools))


def _in_pool(facts: Facts, pools: Mapping[str, Facts], rows: Rows, what: str, catalog: Facts, entry: Facts) -> str:
    unit = hosting.visible_unit(rows, what, catalog, facts.get("hosting_units"))
    if unit is None:
        return f"hosting unit '{catalog.get('hosting_unit')}'"
    connection = unit["connection"]
    where = f"hosting unit '{unit['name']}' on connection '{connection['name']}'"
    meant = {host for host, _port in all_places(connection["addresses"])}
    found = [host for host, pool in pools.items() if meant & _addresses(pool)]
    if not found:
        return f"{where}, whose addresses tell no pool of the inventory"
    if entry.get("pool") not in found:
        rows.stop(
            what, f"{where} lives on {found[0]}, not on {entry.get('pool')}", f"Write pool: {found[0]} in {NAMES}"
        )
    return f"{where} lives on {entry.get('pool')}"


def _addresses(pool: Facts) -> set[str]:
    told = [pool.get("address"), *(host["address"] for host in pool.get("hosts") or [])]
    return {str(address).casefold() for address in told if address}
