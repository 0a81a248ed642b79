# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a cluster has room for the image."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.golden_vm import golden_vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows

GIB = 1024**3


def check(rows: Rows, facts: Facts, estate: Estate) -> None:
    """The size of the golden VM beside what is free."""
    containers = facts.get("storage_containers")
    if containers is None:
        return
    size, names = image_size(estate)
    if size is None:
        unknown = "not compared: the size of the golden VM is not known"
        rows.warn("free space", unknown, "Mend what keeps the source from telling it")
        return
    room = free_bytes(containers, names)
    if room is None:
        rows.warn("free space", "the cluster does not tell how full it is", "Look at its storage by hand")
        return
    name, free = room
    needed = size * estate.release.space_factor
    space = f"{free / GIB:.0f} GiB in container '{name}', the image needs {needed / GIB:.0f} GiB"
    if free < needed:
        rows.stop("free space", space, "Make room, or lower preflight_space_factor when the image is thin")
    else:
        rows.ok("free space", space)


def image_size(estate: Estate) -> tuple[int | None, list[str]]:
    """Bytes of the golden VM's disks, None when unknown, and the names of the containers they are in."""
    vm, source = golden_vm(estate), estate.source
    disks = [disk for disk in (vm or {}).get("disks") or [] if disk.get("bytes") is not None]
    if not disks:
        return None, []
    names = {container["uuid"]: container["name"] for container in source.get("storage_containers") or []}
    used = [names[disk["storage_container_uuid"]] for disk in disks if disk.get("storage_container_uuid") in names]
    return sum(disk["bytes"] for disk in disks), list(dict.fromkeys(used))


def free_bytes(containers: Sequence[Facts], names: Sequence[str]) -> tuple[str, int] | None:
    """The tightest of the containers with these names, or else the roomiest of all, and what is free in it; None when
    none tells.

    Containers share the cluster's storage pool, whose capacity each of them shows: what all use together is taken off
    it. A limit of its own counts besides.
    """
    used = sum(container.get("used_bytes") or 0 for container in containers)
    free: dict[str, int] = {}
    for container in containers:
        if container.get("capacity_bytes") is None or container.get("used_bytes") is None:
            continue
        room = container["capacity_bytes"] - used
        if container.get("advertised_bytes"):
            room = min(room, container["advertised_bytes"] - container["used_bytes"])
        free[container["name"]] = max(0, room)
    if not free:
        return None
    candidates = [name for name in free if name in names]
    container_name = min(candidates, key=free.__getitem__) if candidates else max(free, key=free.__getitem__)
    return container_name, free[container_name]
