# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restoring VMs out of snapshots of protection domains (contract prism_element 10, 6.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    LOOK_AT_ALERTS,
    PrismElement,
    refusal_in,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import path_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import effect_unknown
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound, OperationError

RESTORE_EVENT = "RestoreProtectionDomainVMsAudit"
RECENT_EVENTS = 500
RESTORE_FAILED = (
    "The restore has failed, and the cluster does not say why: look into its events. Then run the same task again: it"
    " restores anew."
)
APPEARS_WITHIN = 60.0
UNSEEN_AT_MOST = 900.0


@dataclass(frozen=True)
class PendingRestore:
    """A restore under way. Whether `name` is the VM's name in the snapshot or the new one is unknown."""

    name: str
    snapshot_id: str


def list_pending_restores(client: PrismElement, protection_domain: str) -> list[PendingRestore]:
    """The restores of VMs under way, as far as the cluster lists them; none of a protection domain that is not
    there."""
    try:
        entries = client.get(f"{path_of(protection_domain)}/pending_actions/") or []
    except NotFound:
        return []
    return [
        PendingRestore(name=restore.get("name") or "", snapshot_id=str(restore.get("snapshot_id") or ""))
        for entry in entries
        for restore in entry.get("pending_vms_restore") or []
    ]


def restore_grace(was_seen: bool, remaining: float) -> float:
    """How long a restore without a task may show nothing of itself: one that was listed is over soon after, but not
    every cluster is sure to list one (contract prism_element 6.6)."""
    return min(APPEARS_WITHIN if was_seen else UNSEEN_AT_MOST, remaining / 4)


def last_restore_usecs(client: PrismElement, protection_domain: str) -> int | None:
    """When VMs were last restored out of a protection domain on this cluster, as its audit events tell (13); None when
    they tell of none.

    Only the recent events are read, and how long a cluster keeps them is unknown: an event proves a restore, none
    proves nothing.
    """
    try:
        events = client.get(f"{path_of(protection_domain)}/events", {"count": RECENT_EVENTS}) or {}
    except NotFound:
        return None
    moments = [
        event.get("created_time_stamp_in_usecs") or 0
        for event in events.get("entities") or []
        if event.get("alert_type_uuid") == RESTORE_EVENT
    ]
    return max(moments, default=None)


def restore_vm(
    client: PrismElement, protection_domain: str, snapshot_id: str, prefix: str, vm_name: str, vm_uuid: str = ""
) -> str | None:
    """Restore one VM as a new one called `prefix` + its name; by uuid when the snapshot holds several of that name.
    Nothing existing is replaced.

    Returns the task where the cluster's version gives one, else None. Not to be repeated after AnswerLost: each
    repetition would be one more VM.
    """
    selection = {"vm_uuids": [vm_uuid]} if vm_uuid else {"vm_names": [vm_name]}
    return _restore(client, protection_domain, snapshot_id, prefix, selection, f"'{vm_name}'")


def restore_vms(
    client: PrismElement, protection_domain: str, snapshot_id: str, prefix: str, vm_names: Sequence[str]
) -> str | None:
    """Restore all these VMs with one order, each as a new one called `prefix` + its name. Otherwise as `restore_vm`."""
    what = f"'{vm_names[0]}'" if len(vm_names) == 1 else f"{len(vm_names)} VMs"
    return _restore(client, protection_domain, snapshot_id, prefix, {"vm_names": list(vm_names)}, what)


def _restore(
    client: PrismElement,
    protection_domain: str,
    snapshot_id: str,
    prefix: str,
    selection: dict[str, list[str]],
    what: str,
) -> str | None:
    payload = {"snapshot_id": snapshot_id, "vm_name_prefix": prefix, "replace": False, **selection}
    with effect_unknown():
        body = client.request("POST", f"{path_of(protection_domain)}/restore_entities", payload=payload).body
    if isinstance(body, dict) and body.get("task_uuid"):
        return str(body["task_uuid"])
    reason = refusal_in(body)
    if reason:
        raise OperationError(
            f"{client.endpoint} refuses to restore {what} from snapshot {snapshot_id} of '{protection_domain}':"
            f" {reason}",
            LOOK_AT_ALERTS,
        )
    return None
