# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a catalog's machines live on a cluster of the inventory, or hang on a Prism Central of it, over a connection
that works."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import (
    cluster_of_unit,
    identities_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.connections import PRISM_ELEMENT
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import CENTRAL_PLUGINS


def check(
    rows: Rows, what: str, catalog: Facts, cluster: str | None, units: Sequence[Facts] | None, estate: Estate
) -> str:
    """Judge the hosting unit and its connection; the text says where the catalog's machines live."""
    unit = visible_unit(rows, what, catalog, units)
    if unit is None:
        return f"hosting unit '{catalog.get('hosting_unit')}'"
    _plugin(rows, what, unit["connection"])
    if unit["connection"]["plugin"] in CENTRAL_PLUGINS:
        return _central(rows, what, unit, estate)
    return _place(rows, what, unit, cluster, cluster_of_unit(unit, estate.identities))


def visible_unit(rows: Rows, what: str, catalog: Facts, units: Sequence[Facts] | None) -> Facts | None:
    """The hosting unit of a catalog, over a connection that works. None where nobody read the units, or where a row
    says why it cannot be used."""
    name = catalog.get("hosting_unit")
    if not name:
        rows.stop(what, "the site shows no hosting unit of it", "Check the account's scope")
        return None
    if units is None:
        return None
    unit = next((unit for unit in units if unit["name"].casefold() == name.casefold()), None)
    if unit is None:
        rows.stop(what, f"its hosting unit '{name}' is not visible", "Check the account's scope")
        return None
    connection = unit["connection"]
    if connection["in_maintenance_mode"]:
        rows.stop(what, f"its connection '{connection['name']}' is in maintenance mode", "End the maintenance mode")
    return unit


def _plugin(rows: Rows, what: str, connection: Facts) -> None:
    name, plugin = connection["name"], connection["plugin"]
    if plugin and plugin.casefold() != PRISM_ELEMENT.casefold() and plugin not in CENTRAL_PLUGINS:
        advice = f"Only {PRISM_ELEMENT} takes AHV snapshots, and only {' and '.join(CENTRAL_PLUGINS)} take templates"
        rows.warn(what, f"its connection '{name}' is of type {plugin}", advice)


def _central(rows: Rows, what: str, unit: Facts, estate: Estate) -> str:
    """Judge a connection to a Prism Central, by whose template the catalog gets the image."""
    connection = unit["connection"]
    where = f"hosting unit '{unit['name']}' on connection '{connection['name']}' ({connection['plugin']})"
    hosts = cluster_of_unit(unit, identities_of(estate.centrals))
    if not estate.managed_clusters:
        needs = f"{where} needs a template, which a release by protection domains does not make"
        rows.stop(what, needs, "Set image_release_strategy to recovery_point")
    elif len(hosts) != 1:
        addresses = ", ".join(map(str, connection["addresses"])) or "without addresses"
        leads = f"may lead to any of {quoted(hosts)}" if hosts else "leads to no host of the group prism_centrals"
        advice = "Compare its addresses with nutanix_host of the Prism Centrals"
        rows.stop(what, f"{where} ({addresses}) {leads}", advice)
    else:
        return f"{where} leads to {hosts[0]}"
    return where


def _place(rows: Rows, what: str, unit: Facts, cluster: str | None, hosts: Sequence[str]) -> str:
    connection = unit["connection"]
    where = f"hosting unit '{unit['name']}' on connection '{connection['name']}'"
    if len(hosts) == 1:
        lives = f"{where} lives on {hosts[0]}"
        if cluster not in (None, hosts[0]):
            rows.stop(what, f"{lives}, not on {cluster}", f"Write cluster: {hosts[0]} in image_release_catalogs")
        return lives
    belongs = "belongs to no cluster of the inventory as far as its addresses tell"
    if hosts:
        belongs = f"may belong to any of {quoted(hosts)}"
    addresses = ", ".join(map(str, connection["addresses"])) or "without addresses"
    advice = f"Compare the connection's addresses with nutanix_host of {cluster or 'the clusters'}"
    rows.warn(what, f"{where} ({addresses}) {belongs}", advice)
    return where
