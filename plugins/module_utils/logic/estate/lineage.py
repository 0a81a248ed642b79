# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which catalogs of an estate are proven to be on the image of the release that its name tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_lineage import ancestries

Facts = Mapping[str, Any]
Proofs = dict[tuple[str, str], bool]


def proofs_of(sites: Mapping[str, Facts], places: Mapping[str, Facts], prefix: str) -> Proofs:
    """(site, full name of the catalog) -> whether its image is proven, for each catalog with an image.

    `places`: host of a cluster or Prism Central -> {address, port?, endpoint?, snapshots or templates}.
    """
    asked = {host: {"catalogs": facts["catalogs"], "hosting_units": _units(facts)} for host, facts in sites.items()}
    return {(each["site"], each["catalog"]): bool(each["marked"]) for each in ancestries(asked, places, prefix)}


def _units(facts: Facts) -> list[dict[str, Any]]:
    """The hosting units that catalogs are on, each with the addresses of its connection."""
    addresses = {connection["name"]: connection["addresses"] for connection in facts["connections"]}
    units = []
    for catalog in facts["catalogs"]:
        if catalog["hosting_unit"]:
            connection = {"addresses": addresses.get(catalog["hypervisor_connection"], [])}
            units.append({"name": catalog["hosting_unit"], "connection": connection})
    return units
