# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release of a golden image as a job: one identical image on every cluster, every catalog on it, nothing foreign
gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chaos.job import Job, State
from harness.centrals import LONG_LIVED, with_a_cluster_without_central, with_all_plugins, with_versions
from harness.modules import DEMO, topology_of
from lab.running import RunningLab

RELEASE_ID = "2026.11.20-1"
IMAGE, OLD_IMAGE = f"ctx_Gold_{RELEASE_ID}", "ctx_Gold_2026.10.01-1"
SOURCE, GOLDEN_VM = "cluster-a", "Gold"
# Of a version of a template that lives long, a catalog shows the name of the template.
OF_VERSIONS = {"W11-Deep": LONG_LIVED, "W11-West": LONG_LIVED}


def estate() -> dict[str, Any]:
    """The demo with fewer machines, tokens that last and no scheduled snapshots, so that every undisturbed run makes
    the same requests."""
    topology: dict[str, Any] = topology_of(DEMO)
    for site in topology["citrix_sites"]:
        for catalog in site["catalogs"]:
            catalog["machines"] = 2
    return undisturbed_by_itself(topology)


def undisturbed_by_itself(topology: dict[str, Any]) -> dict[str, Any]:
    """The estate without what happens from time to time: tokens and sessions last, and no schedule fires."""
    for site in topology["citrix_sites"]:
        if site["kind"] == "daas":
            site["token_seconds"] = 10_000_000
    for cluster in topology["prism_elements"]:
        cluster.setdefault("behaviour", {})["session_seconds"] = 10_000_000.0
        for domain in cluster.get("protection_domains", []):
            for schedule in domain["schedules"]:
                schedule["first_after"] = 10_000_000.0
    return topology


def problems(before: State, after: State) -> list[str]:
    """What is wrong at the end."""
    return _problems(before, after, {})


def problems_of_versions(before: State, after: State) -> list[str]:
    """The same where each release becomes a version of one template, which one catalog cannot follow."""
    found = _problems(before, after, {**OF_VERSIONS, "W11-Flat": OLD_IMAGE})
    for central, state in ((name, state) for name, state in after["endpoints"].items() if "templates" in state):
        (template,) = [template for template in state["templates"] if template["name"] == LONG_LIVED]
        versions = [version["name"] for version in template["versions"]]
        if versions != ["Initial Version", IMAGE] or template["active"]["name"] != IMAGE:
            found.append(f"{central}: the versions {versions}, active '{template['active']['name']}'")
    return found


def _problems(before: State, after: State, expected: Mapping[str, str]) -> list[str]:
    """`expected` is catalog -> its image where that is none of the name of the release; then there are versions in
    place of templates."""
    old, new = before["endpoints"], after["endpoints"]
    found: list[str] = []
    contents: set[str] = set()
    for cluster in (name for name, state in new.items() if state["kind"] == "prism_element"):
        found += [f"{cluster}: {problem}" for problem in _cluster_problems(old[cluster], new[cluster])]
        contents |= {content for snapshot in _images(new[cluster]) for content in _contents(snapshot["vm"])}
    wanted = {content for vm in old[SOURCE]["vms"] if vm["name"] == GOLDEN_VM for content in _contents(vm)}
    if contents != wanted:
        found.append(f"the images hold {sorted(contents)} and the golden VM {sorted(wanted)}")
    for site in (name for name, state in new.items() if state["kind"] in ("citrix_daas", "citrix_cvad")):
        found += [f"{site}: {problem}" for problem in _site_problems(old[site], new[site], expected)]
    for central in (name for name, state in new.items() if state["kind"] == "prism_central"):
        was, now = ({point["ext_id"] for point in state[central]["recovery_points"]} for state in (old, new))
        found += [f"{central}: the recovery point {ext_id} is gone" for ext_id in was - now]
        found += [f"{central}: the recovery point {ext_id} is left" for ext_id in now - was]
        found += [f"{central}: {problem}" for problem in _template_problems(old[central], new[central], bool(expected))]
    return found


def _template_problems(old: State, new: State, of_versions: bool) -> list[str]:
    was, now = ({each["ext_id"]: each["name"] for each in state["templates"]} for state in (old, new))
    found = [f"the template '{name}' is gone" for ext_id, name in was.items() if ext_id not in now]
    made = [name for ext_id, name in now.items() if ext_id not in was]
    return found if made == ([] if of_versions else [IMAGE]) else [*found, f"the templates {made} are new"]


def gone(old: State, new: State) -> list[str]:
    """What a site had before and has no more."""
    return [
        f"{kind}: {entry} is gone"
        for kind in ("catalogs", "machines", "hypervisors")
        for entry in {entry["id"] for entry in old[kind]} - {entry["id"] for entry in new[kind]}
    ]


def _cluster_problems(old: State, new: State) -> list[str]:
    images = _images(new)
    found = [] if len(images) == 1 else [f"{len(images)} images called {IMAGE}"]
    for kind in ("vms", "snapshots"):
        was, now = (
            {entry["uuid"]: entry["name"] for entry in state[kind] if not entry.get("deleted")} for state in (old, new)
        )
        found += [f"{kind}: '{name}' ({uuid}) is gone" for uuid, name in was.items() if uuid not in now]
        found += [
            f"{kind}: '{name}' ({uuid}) is new"
            for uuid, name in now.items()
            if uuid not in was and not (kind == "snapshots" and name == IMAGE)
        ]
    was, now = _pd_snapshots(old), _pd_snapshots(new)
    found += [f"protection domain snapshot {number} is gone" for number in was - now]
    if len(now - was) != (1 if old["protection_domains"] else 0):
        found.append(f"{len(now - was)} new protection domain snapshots: {sorted(now - was)}")
    return found


def _site_problems(old: State, new: State, expected: Mapping[str, str]) -> list[str]:
    found = [
        f"{catalog['name']} has the image {catalog['image']}"
        for catalog in new["catalogs"]
        if catalog["image"] != expected.get(catalog["name"], IMAGE)
    ]
    found += [f"{catalog['name']} is still busy" for catalog in new["catalogs"] if catalog["task"]]
    found += gone(old, new)
    publishes = Counter(
        job["parameters"].get("Name") for job in new["jobs"] if job["type"] == "UpdateMachineCatalogProvisioningScheme"
    )
    return found + [f"{times} publish jobs for {name}" for name, times in publishes.items() if times > 1]


def _images(cluster: State) -> list[State]:
    return [snapshot for snapshot in cluster["snapshots"] if snapshot["name"] == IMAGE and not snapshot["deleted"]]


def _contents(vm: State) -> list[str]:
    return [disk["content"] for disk in vm["disks"]]


def _pd_snapshots(cluster: State) -> set[str]:
    return {f"{domain['name']}/{number}" for domain in cluster["protection_domains"] for number in domain["snapshots"]}


RELEASE = Job(
    name="release",
    playbook="euc.nutanix_citrix.image_release",
    variables={"image_release_id": RELEASE_ID},
    estate=estate,
    problems=problems,
    deeds={
        "/oob_schedules": "protection domain snapshots ordered",
        "/restore_entities": "restores",
        "/snapshots/": "images taken",
        "/vms/{}": "VMs removed",
        "$UpdateProvisioningScheme": "publish jobs",
    },
    once=("protection domain snapshots ordered", "publish jobs"),
)


def estate_by_recovery_points() -> dict[str, Any]:
    """The same under Prism Centrals, with catalogs that need a template, somebody else's recovery point, and a cluster
    without a Prism Central."""
    return undisturbed_by_itself(with_a_cluster_without_central(with_all_plugins(estate())))


def _put_foreign_point(lab: RunningLab) -> None:
    lab.change([{"endpoint": "pc-east", "kind": "recovery_point", "vm": GOLDEN_VM, "name": "nightly"}])


BY_RECOVERY_POINTS = Job(
    name="release by recovery points",
    playbook="euc.nutanix_citrix.image_release",
    variables={"image_release_id": RELEASE_ID},
    estate=estate_by_recovery_points,
    prepare=_put_foreign_point,
    problems=problems,
    # A repeated order under the same request id takes no effect, so that these may be sent again.
    deeds={
        "/oob_schedules": "protection domain snapshots ordered",
        "/restore_entities": "restores",
        "/snapshots/": "images taken",
        "/vms/{}": "VMs removed",
        "$UpdateProvisioningScheme": "publish jobs",
    },
    once=("protection domain snapshots ordered", "publish jobs"),
)


def estate_of_versions() -> dict[str, Any]:
    """The same where each release becomes a version of one template on each Prism Central."""
    return with_versions(estate_by_recovery_points())


OF_TEMPLATE_VERSIONS = replace(
    BY_RECOVERY_POINTS, name="release by template versions", estate=estate_of_versions, problems=problems_of_versions
)
