# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restore the golden VM out of one exact snapshot, as a temporary VM whose name says for which release, or adopt the
one that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    find_protection_domain,
    unknown_protection_domain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import (
    Vm,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    WAIT_ARGUMENTS,
    Deadline,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import PdSnapshot
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import Release, origin_id
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.restore import (
    Restoration,
    Restored,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import (
    RELEASE_ARGUMENTS,
    release_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    OperationError,
)

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **RELEASE_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "protection_domain": {"type": "str", "required": True},
    "snapshot_id": {"type": "str"},
    "vm_uuid": {"type": "str"},
}


NOTHING = Restored((), pending=False)


@dataclass(frozen=True)
class _Observed:
    """`restoration` is None while the snapshot is still to be made. `snapshot_id` is as this cluster lists it, empty
    where it is not here; `replica` is read only where nothing was restored yet."""

    release: Release
    restoration: Restoration | None = None
    restored: Restored = NOTHING
    snapshot_id: str = ""
    replica: PdSnapshot | None = None


def observe(params: Params, reporter: Reporter) -> _Observed:
    release = release_of(params)
    client = PrismElement.connect(params)
    snapshot_id = params["snapshot_id"] or ""
    if not origin_id(snapshot_id):
        return _Observed(release)
    restoration = Restoration(
        client,
        release,
        params["protection_domain"],
        snapshot_id,
        params["vm_uuid"] or "",
        params["wait"],
        Deadline(params["wait_timeout"]),
        reporter,
    )
    restored = restoration.observe()
    if restored.vms or restored.pending:
        return _Observed(release, restoration, restored, restoration.listed_id())
    snapshot = restoration.find_replica()
    if snapshot:
        restoration.choose_vm(snapshot)
    elif find_protection_domain(client, params["protection_domain"]) is None:
        # A protection domain appears on the receiver with its first snapshot, so this may be all right.
        reporter.warn(
            f"{client.endpoint} does not know the protection domain '{params['protection_domain']}' yet."
            f" {unknown_protection_domain(client, params['protection_domain']).advice}"
        )
    return _Observed(release, restoration, restored, snapshot.snapshot_id if snapshot else "", snapshot)


def plan(params: Params, observed: _Observed) -> Plan[str]:
    restored = observed.restored
    if observed.restoration is None:
        name = f"a VM '{observed.release.base_vm}' from the snapshot that will be made"
        return _planned("restore", _facts("", None, name, adopted=False))
    name = observed.restoration.name
    if restored.pending and params["wait"]:
        return _planned("follow", _facts(observed.snapshot_id, None, name, adopted=True))
    if restored.pending or restored.vms:
        return _planned("", _adopted(observed.restoration, restored, observed.snapshot_id))
    return _planned("restore", _facts(observed.snapshot_id, None, name, adopted=False))


def apply(params: Params, observed: _Observed, plan: Plan[str], reporter: Reporter) -> Result:
    restoration = observed.restoration
    if restoration is None:
        raise OperationError(
            "snapshot_id is empty", "Give the snapshot to restore from, as pe_protection_domain_snapshot returns it."
        )
    if observed.restored.pending:
        with reporter.phase("restore"):
            restored = restoration.finished()
        if restored.vms:
            return _adopted(restoration, restored, restoration.listed_id())
    with reporter.phase("replicate"):
        snapshot = observed.replica or restoration.replica()
    vm_uuid = restoration.choose_vm(snapshot)
    with reporter.phase("restore"):
        vm = restoration.restore(snapshot, vm_uuid)
    return _facts(snapshot.snapshot_id, vm, restoration.name, adopted=False)


def _planned(step: str, facts: Result) -> Plan[str]:
    return Plan(steps=(step,) if step else (), facts=facts)


def _adopted(restoration: Restoration, restored: Restored, snapshot_id: str) -> Result:
    if restored.vms and restored.vms[0].power_state != "off":
        raise OperationError(
            f"{restoration.client.endpoint}: the temporary VM '{restoration.name}' ({restored.vms[0].uuid}) is not"
            " powered off: it is no true copy of the golden VM any more",
            "Remove it with pe_vm and force, when nobody needs it, then run the same task again.",
        )
    vm = restored.vms[0] if restored.vms else None
    return _facts(snapshot_id, vm, restoration.name, adopted=True, duplicates=restored.vms[1:])


def _facts(snapshot_id: str, vm: Vm | None, name: str, *, adopted: bool, duplicates: Sequence[Vm] = ()) -> Result:
    return {
        "changed": not adopted,
        "vm": {"uuid": vm.uuid if vm else "", "name": name},
        "snapshot_id": snapshot_id,
        "adopted": adopted,
        "duplicates": [{"uuid": duplicate.uuid, "name": duplicate.name} for duplicate in duplicates],
        "diff": {"before": {"vm": name if adopted else None}, "after": {"vm": name}},
    }


OPERATION = Change(arguments=ARGUMENTS, observe=observe, plan=plan, apply=apply)
