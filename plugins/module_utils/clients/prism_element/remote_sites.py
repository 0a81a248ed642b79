# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remote sites: the other clusters, under the names that this one gives them (contract prism_element 12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement


@dataclass(frozen=True)
class RemoteSite:
    """One other cluster, however many addresses it has. `status` such as RELATIONSHIP_ESTABLISHED or UNREACHABLE,
    `incarnation` as that cluster tells it."""

    name: str
    status: str
    addresses: tuple[str, ...]
    incarnation: int | None = None


def list_remote_sites(client: PrismElement) -> list[RemoteSite]:
    """All remote sites, sorted by name."""
    return sorted((_site(entity) for entity in client.entities("/remote_sites/")), key=lambda site: site.name)


def _site(entity: dict[str, Any]) -> RemoteSite:
    # Two spellings of one field, by version; only the keys matter (contract prism_element trap 20).
    addresses = entity.get("remote_ip_ports") or entity.get("remote_ip_address_ports") or {}
    return RemoteSite(
        name=entity.get("name") or "",
        status=str(entity.get("status") or "").upper(),
        addresses=tuple(sorted(addresses)),
        incarnation=entity.get("cluster_incarnation_id") or None,
    )
