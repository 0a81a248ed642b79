# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an image comes from, and what proves it. A name can be given by anybody; a uuid that follows from cluster,
image and temporary VM cannot. What has no uuid of our choice bears such a uuid in its description."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import uuid_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    parse_image_name,
    parse_temporary_vm_name,
)

MOST_ATTEMPTS = 100
_SOURCE_OF_TEMPLATE = re.compile(r"\(([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)\. Mark of ")


def image_uuid(cluster_uuid: str, name: str, vm_name: str, attempt: int = 0) -> str:
    """The uuid under which a snapshot of this name is taken of a VM of this name; a later `attempt` where a removed one
    still lingers under the first.

    Two runs at once may each have restored a VM of the same name: made of the names only, the uuid keeps them from
    taking two images. The cluster is part of it, because clusters of one Prism Central share its view of uuids.
    """
    return uuid_for(cluster_uuid, name, vm_name, *([str(attempt)] if attempt else []))


def took_it(cluster_uuid: str, uuid: str, name: str, vm_name: str) -> bool:
    """Whether the collection took the snapshot `uuid` under this name of a VM of this name on this cluster."""
    return any(uuid == image_uuid(cluster_uuid, name, vm_name, attempt) for attempt in range(MOST_ATTEMPTS))


def template_mark(name: str, vm_name: str) -> str:
    """What the description of a template, or of a version of one, bears when the collection made it of a VM of this
    name."""
    return uuid_for("template", name, vm_name)


def template_description(name: str, vm_name: str, vm_uuid: str) -> str:
    """The description of a template, or of a version of one, that the collection makes of a VM."""
    return f"Made of the VM {vm_name} ({vm_uuid}). Mark of euc.nutanix_citrix: {template_mark(name, vm_name)}"


def template_source_uuid(description: str) -> str:
    """The VM that such a description tells, which may be gone; '' for other descriptions."""
    match = _SOURCE_OF_TEMPLATE.search(description)
    if match:
        return match[1]
    return ""


def temporary_vm_mark(name: str, location_agnostic_id: str) -> str:
    """What the description of a temporary VM bears when the collection restored it from this recovery point."""
    return uuid_for("temporary VM", name, location_agnostic_id)


def bears_temporary_vm_mark(name: str, description: str, prefix: str) -> bool:
    """Whether a VM of this name and description was restored from a recovery point by the collection."""
    says = parse_temporary_vm_name(name, prefix)
    return says is not None and temporary_vm_mark(name, says.snapshot_id) in description


def lineage(image_name: str, source_vm_name: str, uuid: str, cluster_uuid: str, prefix: str) -> dict[str, Any] | None:
    """What is known of an image whose name is one of ours; None for other names.

    It is `proven` to be the release's when it was taken from the temporary VM of the same golden VM and release, under
    the uuid that only the collection gives it. Only then the protection domain snapshot or the recovery point is told;
    else `doubt` says, as the end of a sentence about the image, why it may be somebody else's.
    """
    doubt = ""
    if not took_it(cluster_uuid, uuid, image_name, source_vm_name):
        doubt = (
            f"does not have the uuid that the collection gives an image of '{source_vm_name}', so another tool made it"
        )
    return _lineage(image_name, source_vm_name, prefix, doubt)


def template_lineage(name: str, source_vm_name: str, description: str, prefix: str) -> dict[str, Any] | None:
    """The same of a template, or of a version of one."""
    doubt = ""
    if template_mark(name, source_vm_name) not in description:
        doubt = f"does not bear the mark that the collection gives a template of '{source_vm_name}'"
    return _lineage(name, source_vm_name, prefix, doubt)


def _lineage(image_name: str, source_vm_name: str, prefix: str, doubt: str) -> dict[str, Any] | None:
    """`doubt` is what speaks against it besides the names."""
    image = parse_image_name(image_name, prefix)
    if image is None:
        return None
    temporary = parse_temporary_vm_name(source_vm_name, prefix)
    if temporary is None or temporary.release != image:
        doubt = f"was taken from the VM '{source_vm_name}' and not from a temporary VM of release {image.release}"
    found = {
        "base_vm": image.base_vm,
        "release": image.release,
        "protection_domain_snapshot_id": None,
        "recovery_point_id": None,
        "proven": not doubt,
        "doubt": doubt,
    }
    if temporary and not doubt:
        origin = "recovery_point_id" if temporary.of_recovery_point else "protection_domain_snapshot_id"
        found[origin] = temporary.snapshot_id
    return found


def is_proven(snapshot: Mapping[str, Any]) -> bool:
    """Whether a snapshot, as pe_vm_snapshot_info returns it, is surely one of ours."""
    return bool((snapshot.get("lineage") or {}).get("proven"))


def same_for_citrix(one: str, other: str) -> bool:
    """Whether two different names are one and the same to Citrix, which compares without case, while clusters compare
    with."""
    return one != other and one.casefold() == other.casefold()


def image_doubts(name: str, snapshots: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Why nobody can rely on it that `name` means the release's own image on a cluster: {id, name, reason} of the
    snapshot, or only of the name where there are several. `snapshots` as pe_vm_snapshot_info returns them."""
    everything = list(snapshots)
    namesakes = [snapshot for snapshot in everything if snapshot["name"] == name]
    doubts = []
    if len(namesakes) > 1:
        uuids = ", ".join(str(snapshot["uuid"]) for snapshot in namesakes)
        doubts.append({"id": "", "name": name, "reason": f"{len(namesakes)} snapshots are called '{name}' ({uuids})"})
    for snapshot in namesakes:
        doubt = (snapshot.get("lineage") or {}).get("doubt")
        if doubt:
            doubts.append(_doubt(snapshot, f"the snapshot '{name}' ({snapshot['uuid']}) {doubt}"))
    for snapshot in everything:
        if same_for_citrix(snapshot["name"], name):
            alike = f"'{snapshot['name']}' ({snapshot['uuid']}) differs from '{name}' in case only"
            doubts.append(_doubt(snapshot, f"{alike}, and Citrix cannot tell them apart"))
    return doubts


def _doubt(snapshot: Mapping[str, Any], reason: str) -> dict[str, str]:
    return {"id": snapshot["uuid"], "name": snapshot["name"], "reason": reason}
