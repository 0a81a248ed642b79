# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image that Image Portability carries from AHV to AWS as a job, from the export to the catalogs: one file, one
snapshot uploaded and one prepared with the content of the source, every catalog on it, nothing unfinished left.

The requests to AWS are disturbed like all others: the lab stands in front of the emulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chaos.job import Job, State
from chaos.release import gone, undisturbed_by_itself
from harness.modules import DEMO, topology_of
from lab.image_portability.stores import content_of

IMAGE = "W11-1"
UPLOADED = f"{IMAGE}-uploaded"


def estate() -> dict[str, Any]:
    """Few blocks, and nothing that happens by itself."""
    topology: dict[str, Any] = topology_of(DEMO.with_name("portability_to_aws.yml"))
    topology["inventory_vars"]["image_portability_work_directory"] = "work"
    (service,) = topology["image_portability"]
    service["disks"] = {"ahv": [{"name": "W11-gold", "size_mib": 32, "data_mib": 2}]}
    return undisturbed_by_itself({**topology, "prism_elements": []})


def problems(before: State, after: State) -> list[str]:
    """What is wrong at the end."""
    old, new = before["endpoints"], after["endpoints"]
    found = gone(old["daas"], new["daas"])
    found += [
        f"{catalog['name']} is on {catalog['image']}, task {catalog['task']}"
        for catalog in new["daas"]["catalogs"]
        if catalog["image"] != IMAGE or catalog["task"]
    ]
    service = new["ips"]
    if service["share"]["files"] != [f"{IMAGE}.vhdx"]:
        found.append(f"the share holds {service['share']['files']}")
    original = content_of(Path(service["stores"]["ahv"]["directory"]) / "W11-gold.raw")
    snapshots = {each["name"]: each for each in new["ips-aws"]["snapshots"]}
    if sorted(snapshots) != [IMAGE, UPLOADED] or len(new["ips-aws"]["snapshots"]) != len(snapshots):
        return [*found, f"AWS holds {[(each['name'], each['state']) for each in new['ips-aws']['snapshots']]}"]
    for name, snapshot in snapshots.items():
        if snapshot["state"] != "completed" or snapshot["content"] != original:
            found.append(f"{name} is {snapshot['state']} and does not hold the image")
        if snapshot["prepared_for"] != ("aws Mcs" if name == IMAGE else ""):
            found.append(f"{name} is prepared for '{snapshot['prepared_for']}'")
    if snapshots[UPLOADED]["tags"].get("content") != "complete":
        found.append(f"{UPLOADED} is not marked as complete")
    return found + [f"a job still runs: {job['kind']}" for job in service["jobs"] if not job["done"]]


PORTABILITY = Job(
    name="image that is carried to AWS by Image Portability",
    playbook="euc.nutanix_citrix.image_portability",
    variables={"image_portability_release": "1"},
    estate=estate,
    problems=problems,
    deeds={
        "images/$export": "export jobs",
        "images/$prepare": "prepare jobs",
        "/snapshots": "snapshots begun",
        "$UpdateProvisioningScheme": "publish jobs",
    },
    once=("export jobs", "prepare jobs", "snapshots begun", "publish jobs"),
)
