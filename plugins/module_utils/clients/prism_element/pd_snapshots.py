# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Snapshots of protection domains, called dr_snapshots on the wire, and one-time schedules that make them
(contract prism_element 7.2, 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    LOOK_AT_ALERTS,
    PrismElement,
    refusal_in,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    member,
    path_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import effect_unknown
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import PdSnapshot, PendingSchedule
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound, OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment


def list_pd_snapshots(client: PrismElement, protection_domain: str) -> list[PdSnapshot]:
    """All snapshots of a protection domain on this cluster, newest first; none when the cluster does not know the
    domain."""
    try:
        return _snapshots(
            client, f"{path_of(protection_domain)}/dr_snapshots/", protection_domain, {"full_details": True}
        )
    except NotFound:
        return []


def snapshot_of_schedule(client: PrismElement, protection_domain: str, schedule_id: int) -> PdSnapshot | None:
    """The snapshot that a one-time schedule made, None while there is none.

    The cluster's own filter is asked first; whether it knows a new schedule at once is unknown, so the whole list is
    the second opinion.
    """
    for query in ({"oob_schedule_ids": schedule_id}, {}):
        snapshots = _snapshots(
            client, f"{path_of(protection_domain)}/dr_snapshots/", protection_domain, {**query, "full_details": True}
        )
        matches = [
            snapshot for snapshot in snapshots if schedule_id in snapshot.oob_schedule_ids and not snapshot.received
        ]
        if matches:
            return matches[-1]
    return None


def list_held_by_site(client: PrismElement, remote_site: str, protection_domain: str) -> list[PdSnapshot]:
    """The snapshots of a protection domain that a remote site holds, as this cluster lists them."""
    snapshots = _snapshots(client, f"/remote_sites/{segment(remote_site)}/dr_snapshots/", "", None)
    return [snapshot for snapshot in snapshots if snapshot.protection_domain == protection_domain]


def list_pending_schedules(client: PrismElement, protection_domain: str) -> list[PendingSchedule]:
    """The one-time snapshots asked for and not made yet; an entry goes when it was carried out."""
    entries = client.get(f"{path_of(protection_domain)}/oob_schedules/") or []
    return [
        _pending(number, schedule)
        for entry in entries
        for number, schedule in (entry.get("schedule_map") or {}).items()
    ]


def order_snapshot(
    client: PrismElement, protection_domain: str, remote_sites: Sequence[str], retention: int, app_consistent: bool
) -> int:
    """Ask for a one-time snapshot now, kept for `retention` seconds, replicated to these sites or to none. Returns the
    schedule's id.

    Not to be repeated after AnswerLost without a look at what is there.
    """
    payload = {
        "remote_site_names": list(remote_sites),
        "snapshot_retention_time_secs": retention,
        "app_consistent": app_consistent,
    }
    with effect_unknown():
        body = client.request("POST", f"{path_of(protection_domain)}/oob_schedules", payload=payload).body or {}
    return int(body["schedule_id"])


def delete_pd_snapshot(client: PrismElement, protection_domain: str, snapshot_id: str) -> None:
    """Remove a snapshot from this cluster; replicas elsewhere stay as far as anybody knows (contract prism_element
    8.2). One that is gone already is no error.

    `snapshot_id` as this cluster lists it. A refusal comes with a good status and `value` false.
    """
    try:
        body = client.request("DELETE", f"{path_of(protection_domain)}/dr_snapshots/{segment(snapshot_id)}").body
    except NotFound:
        return
    reason = refusal_in(body)
    if reason:
        raise OperationError(
            f"{client.endpoint} refuses to remove snapshot {snapshot_id} of '{protection_domain}': {reason}",
            LOOK_AT_ALERTS,
        )


def list_snapshots_being_removed(client: PrismElement, protection_domain: str) -> list[str]:
    """The ids of the snapshots that the cluster has yet to remove, as far as it lists them (contract prism_element
    6.6); none of a protection domain that is not there."""
    try:
        entries = client.get(f"{path_of(protection_domain)}/pending_actions/") or []
    except NotFound:
        return []
    return [str(snapshot_id) for entry in entries for snapshot_id in entry.get("to_be_removed_snapshots") or []]


def _snapshots(
    client: PrismElement, path: str, protection_domain: str, params: dict[str, Any] | None
) -> list[PdSnapshot]:
    # The order in which a cluster lists them is unknown.
    snapshots = [_snapshot(entity, protection_domain) for entity in client.entities(path, params)]
    return sorted(snapshots, key=lambda snapshot: (-snapshot.created_usecs, snapshot.snapshot_id))


def _snapshot(entity: dict[str, Any], protection_domain: str) -> PdSnapshot:
    return PdSnapshot(
        snapshot_id=str(entity.get("snapshot_id") or ""),
        protection_domain=entity.get("protection_domain_name") or protection_domain,
        created_usecs=entity.get("snapshot_create_time_usecs") or 0,
        expiry_usecs=entity.get("snapshot_expiry_time_usecs") or None,
        state=str(entity.get("state") or "").upper(),
        oob_schedule_ids=tuple(int(number) for number in entity.get("oob_schedule_ids") or ()),
        members=tuple(member(vm) for vm in entity.get("vms") or []),
        size_bytes=entity.get("size_in_bytes"),
        missing=tuple(str(missing.get("entity_name") or "") for missing in entity.get("missing_entities") or ()),
    )


def _pending(number: str, schedule: dict[str, Any]) -> PendingSchedule:
    return PendingSchedule(
        schedule_id=int(schedule.get("schedule_id") or number),
        retention=schedule.get("snapshot_retention_time_secs"),
        remote_sites=tuple(schedule.get("remote_site_names") or ()),
    )
