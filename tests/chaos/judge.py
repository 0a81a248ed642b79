# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end state of a release, judged against the state before it and against what an undisturbed release does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from chaos.points import READS, pattern_of
from conformance.citrix_models import violations

State = Mapping[str, Any]
DEEDS = {
    "/oob_schedules": "protection domain snapshots ordered",
    "/restore_entities": "restores",
    "/snapshots/": "images taken",
    "/vms/{}": "VMs removed",
    "$UpdateProvisioningScheme": "publish jobs",
}
# The first may happen only once in a release, the others once more than in an undisturbed one: that is the work that was lost.
ONCE = ("protection domain snapshots ordered", "publish jobs")


def deeds(requests: Iterable[Mapping[str, Any]], lost: Iterable[int] = ()) -> Counter[str]:
    """What the writes among recorded requests did, by kind; `lost` are the numbers of those that took effect without an answer."""
    unanswered = set(lost)
    done: Counter[str] = Counter()
    for entry in requests:
        took_effect = entry["status"] is not None and entry["status"] < 300
        if entry["method"] in READS or not (took_effect or entry["n"] in unanswered):
            continue
        pattern = pattern_of(entry["path"])
        done.update(deed for ending, deed in DEEDS.items() if pattern.endswith(ending))
    return done


def problems(before: State, after: State, image: str, golden: tuple[str, str]) -> list[str]:
    """What is wrong at the end; `golden` is the source's name and its golden VM's."""
    old, new = before["endpoints"], after["endpoints"]
    found: list[str] = []
    contents: set[str] = set()
    for cluster in (name for name, state in new.items() if state["kind"] == "prism_element"):
        found += [f"{cluster}: {problem}" for problem in _cluster_problems(old[cluster], new[cluster], image)]
        contents |= {content for snapshot in _images(new[cluster], image) for content in _contents(snapshot["vm"])}
    source, vm_name = golden
    wanted = {content for vm in old[source]["vms"] if vm["name"] == vm_name for content in _contents(vm)}
    if contents != wanted:
        found.append(f"the images hold {sorted(contents)} and the golden VM {sorted(wanted)}")
    for site in (name for name, state in new.items() if state["kind"] in ("citrix_daas", "citrix_cvad")):
        found += [f"{site}: {problem}" for problem in _site_problems(old[site], new[site], image)]
    return found


def contract_problems(requests: Iterable[Mapping[str, Any]]) -> list[str]:
    """Requests that the wire contracts do not know."""
    recorded = list(requests)
    return [f"{entry['endpoint']}: {entry['violation']}" for entry in recorded if entry["violation"]] + violations(recorded)


def excess(done: Mapping[str, int], undisturbed: Mapping[str, int]) -> list[str]:
    """Work that was done more often than the lost work explains."""
    return [
        f"{deed}: {done.get(deed, 0)}, undisturbed {times}"
        for deed, times in undisturbed.items()
        if not times <= done.get(deed, 0) <= times + (0 if deed in ONCE else 1)
    ]


def _cluster_problems(old: State, new: State, image: str) -> list[str]:
    images = _images(new, image)
    found = [] if len(images) == 1 else [f"{len(images)} images called {image}"]
    for kind in ("vms", "snapshots"):
        was, now = ({entry["uuid"]: entry["name"] for entry in state[kind] if not entry.get("deleted")} for state in (old, new))
        found += [f"{kind}: '{name}' ({uuid}) is gone" for uuid, name in was.items() if uuid not in now]
        found += [f"{kind}: '{name}' ({uuid}) is new" for uuid, name in now.items() if uuid not in was and not (kind == "snapshots" and name == image)]
    was, now = _pd_snapshots(old), _pd_snapshots(new)
    found += [f"protection domain snapshot {number} is gone" for number in was - now]
    if len(now - was) != 1:
        found.append(f"{len(now - was)} new protection domain snapshots: {sorted(now - was)}")
    return found


def _site_problems(old: State, new: State, image: str) -> list[str]:
    found = [f"{catalog['name']} has the image {catalog['image']}" for catalog in new["catalogs"] if catalog["image"] != image]
    found += [f"{catalog['name']} is still busy" for catalog in new["catalogs"] if catalog["task"]]
    for kind in ("catalogs", "machines", "hypervisors"):
        gone = {entry["id"] for entry in old[kind]} - {entry["id"] for entry in new[kind]}
        found += [f"{kind}: {entry} is gone" for entry in gone]
    publishes = Counter(job["parameters"].get("Name") for job in new["jobs"] if job["type"] == "UpdateMachineCatalogProvisioningScheme")
    found += [f"{times} publish jobs for {name}" for name, times in publishes.items() if times > 1]
    return found


def _images(cluster: State, name: str) -> list[State]:
    return [snapshot for snapshot in cluster["snapshots"] if snapshot["name"] == name and not snapshot["deleted"]]


def _contents(vm: State) -> list[str]:
    return [disk["content"] for disk in vm["disks"]]


def _pd_snapshots(cluster: State) -> set[str]:
    return {f"{domain['name']}/{number}" for domain in cluster["protection_domains"] for number in domain["snapshots"]}
