# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transfers of snapshots to and from other clusters (contract prism_element 9.1, 9.2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import path_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import origin_id
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.replication import Link, Queued, Replication


def list_replications(client: PrismElement, protection_domain: str, links: Iterable[Link] = ()) -> list[Replication]:
    """The transfers of a protection domain that are under way. How many bytes there are in all is known from its links
    only."""
    link_list = list(links)
    return [
        _replication(entity, link_list) for entity in client.entities(f"{path_of(protection_domain)}/replications/")
    ]


def list_queued(client: PrismElement, protection_domain: str) -> list[Queued]:
    """The transfers of a protection domain that wait for their turn."""
    entries = client.get(f"{path_of(protection_domain)}/pending_replications/") or []
    return [
        Queued(entry.get("remote_site_name") or "", str((entry.get("snapshot") or {}).get("snapshot_id") or ""))
        for entry in entries
    ]


def _replication(entity: dict[str, Any], links: list[Link]) -> Replication:
    site, snapshot_id = entity.get("remote_site_name") or "", str(entity.get("snapshot_id") or "")
    total = next(
        (
            link.total_bytes
            for link in links
            if link.remote_site == site and origin_id(link.current_id) == origin_id(snapshot_id)
        ),
        None,
    )
    sender = entity.get("sender")
    return Replication(
        remote_site=site,
        snapshot_id=snapshot_id,
        percent=float(entity.get("completed_percentage") or 0),
        completed_bytes=entity.get("completed_bytes"),
        total_bytes=total,
        eta_seconds=entity.get("replication_time_to_complete_secs"),
        paused=bool(entity.get("paused")),
        incoming=sender is False,
    )
