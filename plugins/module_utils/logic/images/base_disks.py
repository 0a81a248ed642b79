# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which disk of a XenServer pool holds the image of a provisioning scheme.

MCS names every disk that it publishes "<scheme>-baseDisk", and several of them accumulate. As soon as there are
machines, the disk of that name is an empty leaf, and its data lies in a hidden parent (contract xenserver 2, trap 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import Attachment, VirtualDisk, XenVm

LONGEST_CHAIN = 30
KEY_STAYS = "another pool would need its key"
NOT_ENCRYPTED = "Make the image on an SR without encryption, then bring that."
# Clocks of hosts and controller may differ by so many seconds
CLOCKS_DIFFER = 300


@dataclass(frozen=True)
class DiskFile:
    """A file that somebody saw in the directory of an SR: when it was written, in seconds since 1970."""

    uuid: str
    modified: float


@dataclass(frozen=True)
class Standing:
    """What a disk stands on. `parents` are uuids, the nearest first; `data` is the disk that holds its data, None where
    nobody can tell; `layers` is how many disks of the chain hold data; `machines` are the names of the VMs whose disks
    stand on the same data. `modified` is that of the data's file, `encrypted` whether any of the chain is."""

    disk: VirtualDisk
    parents: tuple[str, ...]
    data: str | None
    layers: int | None
    machines: tuple[str, ...]
    modified: float | None = None
    chosen: bool = False
    encrypted: bool = False


@dataclass(frozen=True)
class Choice:
    """The candidates, on each SR one of them chosen where that can be told; `doubts` say where it cannot, `warnings`
    what speaks against a choice."""

    candidates: tuple[Standing, ...]
    doubts: tuple[str, ...]
    warnings: tuple[str, ...]


def base_disk_name(scheme: str) -> str:
    return f"{scheme}-baseDisk"


def standings(
    disks: Sequence[VirtualDisk],
    attachments: Iterable[Attachment],
    machines: Iterable[XenVm],
    has_files: Mapping[str, bool],
    files: Iterable[DiskFile] = (),
) -> dict[str, Standing]:
    """What each disk stands on, by its reference. `has_files` tells of each SR whether its disks are files: of others
    the space used does not tell whether there is data."""
    modified = {file.uuid: file.modified for file in files}
    chains = _chains(disks)
    data = {ref: _data(chain, has_files.get(chain[0].sr, False)) for ref, chain in chains.items()}
    users = _users(attachments, machines, data)
    found = {}
    for disk in disks:
        chain, holder = chains[disk.ref], data[disk.ref]
        layers = sum(part.has_own_data for part in chain) if has_files.get(disk.sr) else None
        found[disk.ref] = Standing(
            disk,
            _parents(chain),
            holder,
            layers,
            tuple(sorted(users.get(holder or "", ()))),
            modified.get(holder or ""),
            encrypted=any(part.encrypted for part in chain),
        )
    return found


def _users(
    attachments: Iterable[Attachment], machines: Iterable[XenVm], data: Mapping[str, str | None]
) -> dict[str, set[str]]:
    """Disk with data -> the names of the VMs that stand on it."""
    vms = {vm.ref: vm.name for vm in machines if not vm.is_template and not vm.is_snapshot}
    users: dict[str, set[str]] = {}
    for attachment in attachments:
        holder = data.get(attachment.disk)
        if holder and attachment.vm in vms:
            users.setdefault(holder, set()).add(vms[attachment.vm])
    return users


def _chains(disks: Sequence[VirtualDisk]) -> dict[str, list[VirtualDisk]]:
    """Each disk, by its reference, with its parents behind it."""
    by_uuid = {disk.uuid: disk for disk in disks}
    return {disk.ref: _chain(disk, by_uuid) for disk in disks}


def _chain(disk: VirtualDisk, by_uuid: Mapping[str, VirtualDisk]) -> list[VirtualDisk]:
    chain = [disk]
    while chain[-1].parent in by_uuid and len(chain) < LONGEST_CHAIN:
        chain.append(by_uuid[chain[-1].parent])
    return chain


def _parents(chain: Sequence[VirtualDisk]) -> tuple[str, ...]:
    """With the last one, which may be nowhere to be seen."""
    return tuple(disk.parent for disk in chain if disk.parent)


def _data(chain: Sequence[VirtualDisk], is_file: bool) -> str | None:
    """The nearest disk with data of its own; an empty chain is its own last disk."""
    if not is_file:
        if not chain[0].parent:
            return chain[0].uuid
        return None
    holder = next((disk for disk in chain if disk.has_own_data), None)
    if holder is None and chain[-1].parent:
        return None
    if holder:
        return holder.uuid
    return chain[-1].uuid


def choose(scheme: str, found: Iterable[Standing], now: float) -> Choice:
    """On each SR the youngest disk of the scheme's name, by the file with its data.

    Machines that have not restarted since a publish still stand on the old one, so that they are no evidence of what
    the scheme uses; where they stand on another disk it is told.
    """
    name = base_disk_name(scheme)
    candidates = [entry for entry in found if entry.disk.name == name and not entry.disk.is_snapshot]
    usable = [entry for entry in candidates if entry.disk.managed and not entry.disk.missing]
    by_sr: dict[str, list[Standing]] = {}
    for entry in usable:
        by_sr.setdefault(entry.disk.sr, []).append(entry)
    doubts, warnings, chosen = [], [], set()
    for sr in sorted(by_sr):
        youngest, *others = sorted(by_sr[sr], key=_youngest_first)
        doubt = _doubt(name, youngest, others)
        if doubt:
            doubts.append(doubt)
        else:
            chosen.add(youngest.disk.ref)
            warnings += _warnings(youngest, others, now)
    marked = [replace(entry, chosen=entry.disk.ref in chosen) for entry in candidates]
    if not candidates:
        doubts.append(f"no disk is called '{name}'")
    elif not usable:
        doubts.append(f"no disk called '{name}' can be used")
    return Choice(tuple(marked), tuple(doubts), tuple(warnings))


def _youngest_first(entry: Standing) -> tuple[float, int, str]:
    return -(entry.modified or 0.0), -len(entry.machines), entry.disk.uuid


def _doubt(name: str, youngest: Standing, others: Sequence[Standing]) -> str:
    """Why none of the disks of one SR can be taken, '' when the youngest can."""
    own = [youngest, *others]
    if others and any(entry.modified is None for entry in own):
        uuids = ", ".join(sorted(entry.disk.uuid for entry in own))
        return f"{len(own)} disks of one SR are called '{name}' ({uuids}), and it is not known how old they are"
    if youngest.encrypted:
        # An older one is another image
        return f"{youngest.disk.uuid}, the youngest called '{name}', is encrypted: {KEY_STAYS}"
    return ""


def _warnings(best: Standing, others: Sequence[Standing], now: float) -> list[str]:
    told = []
    if best.modified is not None and best.modified > now + CLOCKS_DIFFER:
        told.append(f"{best.disk.uuid} was written in the future, so that its age says nothing")
    equal = [entry.disk.uuid for entry in others if entry.modified is not None and entry.modified == best.modified]
    if equal:
        told.append(f"{best.disk.uuid} and {', '.join(equal)} were written at the same moment")
    busy = [entry.disk.uuid for entry in others if entry.machines]
    if busy and not best.machines:
        told.append(f"the machines stand on {', '.join(busy)}, and {best.disk.uuid} is younger")
    return told
