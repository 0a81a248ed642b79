# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image that comes from one XenServer pool to two others as a job: one disk, one halted VM and one snapshot in each,
every catalog on it, nothing on the source touched, nothing foreign gone."""

from __future__ import annotations

from typing import Any

from chaos.job import Job, State
from chaos.release import gone, undisturbed_by_itself
from harness.modules import DEMO, topology_of

SOURCE, SLAVES = "xs-east", {"xs-west": "NFS-West", "xs-south": "iSCSI-South"}
IMAGE = "W11-Pool_1"
OWN, UNIQUE = "euc.nutanix_citrix:own", "euc.nutanix_citrix:source"


def estate() -> dict[str, Any]:
    """A source, a pool on NFS, a pool on LVM, with one site each."""
    topology: dict[str, Any] = topology_of(DEMO.with_name("xenserver.yml"))
    pools = [pool for pool in topology["xenserver_pools"] if pool["name"] in (SOURCE, *SLAVES)]
    for pool in pools:
        pool["hosts"] = [{"name": f"{pool['name']}-1"}]
        pool["behaviour"] = {"idle_session_seconds": 10_000_000.0}
    for site in topology["citrix_sites"]:
        site["hypervisors"] = [each for each in site["hypervisors"] if each["pool"] in SLAVES]
        units = {unit["name"] for each in site["hypervisors"] for unit in each["hosting_units"]}
        site["catalogs"] = [{**each, "machines": 1} for each in site["catalogs"] if each["hosting_unit"] in units]
        wanted = site["inventory_vars"]["xenserver_image_sync_catalogs"]
        wanted[:] = [each for each in wanted if each["pool"] in SLAVES]
    topology["inventory_vars"] = {**topology["inventory_vars"], "xenserver_image_sync_directory": "images"}
    return undisturbed_by_itself({**topology, "xenserver_pools": pools, "prism_elements": []})


def problems(before: State, after: State) -> list[str]:
    """What is wrong at the end."""
    old, new = before["endpoints"], after["endpoints"]
    found = [] if old[SOURCE]["vms"] == new[SOURCE]["vms"] else ["the VMs of the source are others"]
    if old[SOURCE]["vdis"] != new[SOURCE]["vdis"]:
        found.append("the disks of the source are others")
    for pool, storage in SLAVES.items():
        found += [f"{pool}: {problem}" for problem in _of_pool(old[pool], new[pool], storage)]
    for site in ("daas", "cvad"):
        found += gone(old[site], new[site])
        for catalog in new[site]["catalogs"]:
            if catalog["image"] != IMAGE or catalog["task"]:
                found.append(f"{catalog['name']} is on {catalog['image']}, task {catalog['task']}")
    return found


def _of_pool(old: State, new: State, storage: str) -> list[str]:
    found = []
    for kind in ("vms", "vdis"):
        was, now = ({entry["uuid"]: entry for entry in state[kind]} for state in (old, new))
        found += [f"{was[uuid]['name_label']} is gone" for uuid in was if uuid not in now]
    known = {entry["uuid"] for kind in ("vms", "vdis") for entry in old[kind]}
    vms = sorted(vm["name_label"] for vm in new["vms"] if vm["uuid"] not in known)
    if vms != [IMAGE, f"{IMAGE}_{storage}"]:
        found.append(f"the VMs and snapshots {vms} are new")
    disks = [vdi for vdi in new["vdis"] if vdi["uuid"] not in known and vdi["managed"]]
    ours = [disk for disk in disks if disk["other_config"].get(OWN) == disk["uuid"]]
    if [disk["name_label"] for disk in ours] != [IMAGE]:
        found.append(f"{len(ours)} disks bear our mark")
    halves = [disk["uuid"] for disk in disks if UNIQUE in disk["other_config"] and OWN not in disk["other_config"]]
    found += [f"the half disk {uuid} is left" for uuid in halves]
    if len(disks) != len(ours) + 1:
        found.append(f"{len(disks)} disks are new, the snapshot's included")
    return found


XENSERVER = Job(
    name="sync of an image between XenServer pools",
    playbook="euc.nutanix_citrix.xenserver_image_sync",
    variables={"xenserver_image_sync_release": "1"},
    estate=estate,
    problems=problems,
    # Not the disks: a kill loses the transfers of all pools at once
    deeds={
        "/VM.create": "wrapper VMs",
        "/Async.VM.snapshot": "snapshots",
        "$UpdateProvisioningScheme": "publish jobs",
    },
    once=("publish jobs",),
)
