# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which images may go from XenServer pools, by what xen_vm_wrapper_info has told of each. Whether one may go is decided
as for every other image; here is what goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.retention import Decision, Image, in_doubt
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.targets import part_of_name

VM, DISK = "wrapper VM", "image disk"
LEFT = "an interrupted run left it, or one is at work on it: with the janitor it goes"
Facts = Mapping[str, Any]


def parts_of(name: str, release: str) -> tuple[str, str]:
    """Scheme and release in the name of an image: no release has an underscore. The mark of the disk spells its release
    as it was given, but one disk may be the image of several."""
    scheme, _underscore, told = name.rpartition("_")
    return scheme or name, release if part_of_name(release) == told else told


def images_of(host: str, facts: Facts) -> list[Image]:
    """The images of one pool. One whose disk is held by a VM that other images stay in stays as well, and so does one
    that somebody uses otherwise: half of it would go, and then no way would lead back to it."""
    return [_image(host, wrapper, snapshot) for wrapper, snapshot in _snapshots(facts)]


def _snapshots(facts: Facts) -> list[tuple[Facts, Facts]]:
    wrappers = facts.get("wrappers") or []
    return [(wrapper, snapshot) for wrapper in wrappers for snapshot in wrapper["snapshots"]]


def _image(host: str, wrapper: Facts, snapshot: Facts) -> Image:
    scheme, release = parts_of(snapshot["name"], snapshot["release"])
    return Image(
        cluster=host,
        uuid=snapshot["uuid"],
        name=snapshot["name"],
        base_vm=scheme,
        release=release,
        created=parse_moment(snapshot["taken"]),
        marked=True,
        bound=_in_use(wrapper) or _bound(wrapper, snapshot),
    )


def _in_use(wrapper: Facts) -> str:
    return "; ".join(wrapper.get("users") or [])


def _bound(wrapper: Facts, snapshot: Facts) -> str:
    if len(wrapper["snapshots"]) == 1 or snapshot["vdi_uuid"] not in wrapper["disks"]:
        return ""
    return f"'{wrapper['name']}' holds its disk now"


def followers(host: str, facts: Facts, decisions: Sequence[Decision]) -> list[Decision]:
    """The VMs and disks that go with images: a VM with its last snapshot, a disk with the last image that it is."""
    going = {decision.id: decision for decision in decisions if decision.cluster == host and decision.delete}
    needed = {snapshot["vdi_uuid"] for _wrapper, snapshot in _snapshots(facts) if snapshot["uuid"] not in going}
    found = {}
    for wrapper in facts.get("wrappers") or []:
        gone = [(snapshot, going[snapshot["uuid"]]) for snapshot in wrapper["snapshots"] if snapshot["uuid"] in going]
        if gone and len(gone) == len(wrapper["snapshots"]):
            found[wrapper["uuid"]] = _with(gone[-1][1], VM, wrapper["name"], wrapper["uuid"])
        for snapshot, image in gone:
            uuid = snapshot["vdi_uuid"]
            if uuid and uuid not in needed:
                found[uuid] = _with(image, DISK, image.name, uuid)
    return list(found.values())


def _with(image: Decision, kind: str, name: str, uuid: str) -> Decision:
    return Decision(
        image.cluster, kind, name, uuid, image.base_vm, image.release, True, "goes with the image", image.created
    )


def leftovers(host: str, facts: Facts, janitor: bool, doubts: Sequence[str]) -> list[Decision]:
    """VMs without a snapshot and disks that nothing needs. They bear no date, so they go only when somebody says so."""
    # Each kind, name and uuid, and who uses it
    found = []
    for wrapper in facts.get("wrappers") or []:
        if not wrapper["snapshots"]:
            found.append((VM, wrapper["name"], wrapper["uuid"], _in_use(wrapper)))
            found += [(DISK, wrapper["name"], uuid, _in_use(wrapper)) for uuid in wrapper["disks"]]
    found += [(DISK, disk["name"], disk["uuid"], "") for disk in facts.get("disks") or []]
    reason = LEFT
    if janitor:
        reason = in_doubt(doubts) if doubts else "an interrupted run left it"
    return [
        Decision(host, kind, name, uuid, name, "", janitor and not doubts and not used, used or reason)
        for kind, name, uuid, used in found
    ]


def unknown_schemes(named: Sequence[str], images: Sequence[Image]) -> list[str]:
    """Schemes to look after that no image in any pool is of: a mistyped one would never be looked after."""
    schemes = {image.base_vm for image in images}
    unknown = []
    for name in named:
        if part_of_name(name) not in schemes:
            unknown.append(f"there is no image of a scheme '{name}' in any pool. {near_names(name, schemes)}".rstrip())
    return unknown
