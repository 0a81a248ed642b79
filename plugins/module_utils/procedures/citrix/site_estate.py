# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Citrix site tells of the estate: its zones, hosting connections and catalogs, in one log-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    catalog_facts,
    read_catalogs,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.connections import connection_facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import read_connections
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.tags import ids_of_tagged_catalogs
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.zones import read_zones


def read_site_estate(params: Mapping[str, Any], tags: Sequence[str]) -> dict[str, Any]:
    """`tagged` holds the ids of the catalogs that bear each of the tags."""
    site = CitrixSite.connect(params)
    return {
        "site": {"id": site.id, "name": site.name},
        "zones": [zone.name for zone in read_zones(site)],
        "connections": [connection_facts(connection) for connection in read_connections(site)],
        "catalogs": [catalog_facts(catalog) for catalog in read_catalogs(site)],
        "tagged": {tag: ids_of_tagged_catalogs(site, tag) for tag in tags},
    }
