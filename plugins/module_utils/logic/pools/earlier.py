# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What pools had of a release before it is brought to any of them: whether it was made of another disk, which images
are there, and which of their names somebody else has. All of it is told before the first byte travels."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen_marks import SOURCE, is_ours

Facts = Mapping[str, Any]


def recorded_disk(record: str) -> str:
    """The disk that the record beside an image file names, '' where it tells none."""
    try:
        told = json.loads(record)
    except ValueError:
        return ""
    if isinstance(told, dict):
        return str(told.get("vdi") or "")
    return ""


def made_of_another(pools: Mapping[str, Facts], image: str, source: str, recorded: str = "") -> str:
    """Why no image of this name must be made of the disk `source`: some pool has one that was made of another disk.
    Then no pool gets it, also none that has nothing of the release, because everybody finds it by its name.

    `pools`: inventory host -> {disks, wrappers} as xen_vdi_info and xen_vm_wrapper_info tell them, or {message} of one
    that did not answer or was left out. What such a pool has, nobody knows; then the disk counts of which the file on
    the controller was made, `recorded`.
    """
    witnesses_of: dict[str, set[str]] = defaultdict(set)
    for host, facts in pools.items():
        for origin in _origins(facts, image):
            witnesses_of[origin].add(f"in {host}")
    silent = [host for host, facts in pools.items() if facts.get("message")]
    if recorded and silent:
        witnesses_of[recorded].add(f"so the file on the controller says; {', '.join(silent)} did not tell")
    others = {origin: witnesses for origin, witnesses in witnesses_of.items() if origin != source}
    if not source or not others:
        return ""
    told = ", ".join(f"{origin} ({', '.join(sorted(witnesses))})" for origin, witnesses in sorted(others.items()))
    return (
        f"'{image}' was made of the disk {told} before, and now would be of {source}: take a new release id for a new"
        " image, or name the disk of before in xenserver_image_sync_vdi"
    )


def _origins(facts: Facts, image: str) -> Iterator[str]:
    for disk in facts.get("disks") or []:
        if disk["name"] == image and is_ours(disk["uuid"], disk["other_config"]):
            yield disk["other_config"].get(SOURCE, "")
    for wrapper in facts.get("wrappers") or []:
        for snapshot in wrapper["snapshots"]:
            # A snapshot whose disk is gone does not tell where that came from
            if snapshot["name"] == image and snapshot["source_vdi_uuid"]:
                yield snapshot["source_vdi_uuid"]


def foreseen(wishes: Sequence[Mapping[str, str]], facts: Facts) -> list[dict[str, Any]]:
    """The SRs of a pool about which nothing has to be tried, each with a result as the task would have it: its image is
    there, or the name of its VM is somebody else's. `wishes` as `targets` makes them."""
    found = []
    for wish in wishes:
        strangers = [one["uuid"] for one in facts.get("namesakes") or [] if one["name"] == wish["wrapper"]]
        disk = _disk_of(wish, facts)
        if strangers:
            found.append({"item": dict(wish), **_taken(wish["wrapper"], strangers)})
        elif disk:
            found.append({"item": dict(wish), "changed": False, "vdi_uuid": disk, "transferred_bytes": 0})
    return found


def _taken(name: str, uuids: Sequence[str]) -> dict[str, Any]:
    message = f"the pool has another VM called '{name}' ({', '.join(sorted(uuids))})"
    advice = "Citrix finds a VM by its name. Rename that one, or take another release id."
    return {"failed": True, "msg": f"{message}. {advice}", "error": {"message": message, "advice": advice}}


def _disk_of(wish: Mapping[str, str], facts: Facts) -> str:
    """The disk of the image on this SR, empty where there is none."""
    wrapper = next((one for one in facts.get("wrappers") or [] if one["name"] == wish["wrapper"]), None)
    snapshots = wrapper["snapshots"] if wrapper else []
    return next((one["vdi_uuid"] for one in snapshots if one["name"] == wish["image"]), "")


def left_to_do(wishes: Sequence[Mapping[str, str]], told: Sequence[Facts]) -> list[Mapping[str, str]]:
    """The SRs that `foreseen` says nothing of."""
    known = [result["item"]["storage"] for result in told]
    return [wish for wish in wishes if wish["storage"] not in known]


def wanting(pools: Mapping[str, Facts], methods: Mapping[str, str], method: str) -> list[str]:
    """The hosts of pools that lack an image and get it by this method."""
    return [host for host, facts in pools.items() if facts.get("lacking") and methods.get(host) == method]
