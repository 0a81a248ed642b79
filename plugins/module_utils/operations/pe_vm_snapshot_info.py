# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the AHV snapshots of a Prism Element cluster, and what is known and proven of the release that made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.cluster import read_cluster
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.snapshots import (
    VmSnapshot,
    list_snapshots,
    shown,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import (
    image_doubts,
    is_proven,
    same_for_citrix,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import parse_image_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.true_copy import (
    SNAPSHOT_TAKES_USECS,
    is_true_copy,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    "name": {"type": "str"},
    "vm_uuid": {"type": "str"},
    "base_vm": {"type": "str"},
    "fail_in_doubt": {"type": "bool", "default": False},
    "include_true_copy": {"type": "bool", "default": False},
}


def read(params: Params, reporter: Reporter) -> Result:
    client = PrismElement.connect(params)
    name, prefix = params["name"], params["prefix"]
    live = [snapshot for snapshot in list_snapshots(client, params["vm_uuid"] or "") if not snapshot.deleted]
    selection = [snapshot for snapshot in live if _is_wanted(snapshot, params)]
    # A cluster without an image of ours is not asked who it is.
    ours = any(parse_image_name(snapshot.name, prefix) for snapshot in selection)
    cluster_uuid = read_cluster(client).uuid if ours else ""
    snapshots = []
    for snapshot in selection:
        facts = shown(snapshot, prefix, cluster_uuid)
        if params["include_true_copy"]:
            facts["true_copy"] = _true_copy(client, snapshot, facts)
        snapshots.append(facts)
    if not name:
        return {"snapshots": snapshots}
    alike = [snapshot for snapshot in live if same_for_citrix(snapshot.name, name)]
    doubts = image_doubts(name, [*snapshots, *({"uuid": each.uuid, "name": each.name} for each in alike)])
    if doubts and params["fail_in_doubt"]:
        raise _in_doubt(client, doubts)
    return {"snapshots": snapshots, "doubts": doubts}


def _in_doubt(client: PrismElement, doubts: Sequence[Mapping[str, str]]) -> OperationError:
    reasons = "; ".join(doubt["reason"] for doubt in doubts)
    return OperationError(
        f"{client.endpoint}: {reasons}", "Use another release id, or remove or rename what is not the release's."
    )


def _true_copy(client: PrismElement, snapshot: VmSnapshot, facts: Result) -> str | None:
    if not is_proven(facts):
        return None
    return is_true_copy(client, snapshot.vm_uuid, snapshot.created_usecs, SNAPSHOT_TAKES_USECS)


def _is_wanted(snapshot: VmSnapshot, params: Any) -> bool:
    if params["name"] and snapshot.name != params["name"]:
        return False
    if not params["base_vm"]:
        return True
    image = parse_image_name(snapshot.name, params["prefix"])
    return image is not None and image.base_vm == params["base_vm"]


OPERATION = Reading(arguments=ARGUMENTS, read=read, required_if=(("fail_in_doubt", True, ("name",)),))
