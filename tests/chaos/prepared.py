# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release of a prepared image as a job, with the retirement of older ones at its end: one version, prepared once
and in every hosting unit, every catalog on it, nothing foreign gone."""

from __future__ import annotations

from typing import Any

from chaos.job import Job, State
from chaos.release import gone, undisturbed_by_itself
from harness.modules import DEMO, topology_of
from lab.running import RunningLab

RELEASE_ID = "2026.11.20-1"
MARK = "[euc.nutanix_citrix]"
NEW, PREVIOUS, OLD, FOREIGN = f"{RELEASE_ID} {MARK}", f"r2 {MARK}", f"r1 {MARK}", "by hand"
ZONES = ("euc1-a", "euc1-b", "euc1-c")


def estate() -> dict[str, Any]:
    """WorkSpaces Core alone, with small catalogs and versions of earlier releases."""
    topology: dict[str, Any] = topology_of(DEMO.with_name("workspaces.yml"))
    topology["citrix_sites"] = topology["citrix_sites"][:1]
    (site,) = topology["citrix_sites"]
    for catalog in site["catalogs"]:
        catalog["machines"] = 1
    earlier = {"image": "W11-2026.10", "machine_profile": "W11-profile"}
    site["image_definitions"] = [
        {"name": "W11", "hosting_unit": "euc1-a", "versions": [earlier] * 3},
        {"name": "W11-Finance", "hosting_unit": "euc1-a", "versions": [earlier]},
    ]
    return undisturbed_by_itself(topology)


def _release_earlier(lab: RunningLab) -> None:
    """Version 1 is one of an old release, 2 is where the catalogs are, and 3 somebody else's."""
    of_daas = {"endpoint": "daas", "definition": "W11"}
    descriptions = enumerate((OLD, PREVIOUS, FOREIGN), start=1)
    lab.change(
        [
            {**of_daas, "kind": "image_version", "number": number, "description": text, "hosting_units": list(ZONES)}
            for number, text in descriptions
        ]
    )
    lab.change(
        [
            {**of_daas, "kind": "assign_image_version", "catalog": catalog["id"], "number": 2}
            for catalog in lab.state()["endpoints"]["daas"]["catalogs"]
        ]
    )


def problems(before: State, after: State) -> list[str]:
    """What is wrong at the end."""
    old, new = (state["endpoints"]["daas"] for state in (before, after))
    found = gone(old, new)
    versions = {version["id"]: version for version in new["image_versions"]}
    for version in old["image_versions"]:
        if version["id"] not in versions and version["description"] != OLD:
            found.append(f"{version['name']} ({version['description']}) is gone")
        if version["id"] in versions and version["hosting_units"] != versions[version["id"]]["hosting_units"]:
            found.append(f"{version['name']} lost hosting units: {versions[version['id']]['hosting_units']}")
    known = {version["id"] for version in old["image_versions"]}
    made = [version for key, version in versions.items() if key not in known]
    if [version["description"] for version in made] != [NEW]:
        return [*found, f"the versions {[version['description'] for version in made]} are new"]
    (version,) = made
    if version["hosting_units"] != dict.fromkeys(ZONES, "Success"):
        found.append(f"the version is in {version['hosting_units']}")
    if OLD in {version["description"] for version in versions.values()}:
        found.append("the old version is still there")
    found += [
        f"{catalog['name']} is on {catalog['image_version']}"
        for catalog in new["catalogs"]
        if catalog["image_version"] != version["name"]
    ]
    return found + [f"{catalog['name']} is still busy" for catalog in new["catalogs"] if catalog["task"]]


PREPARED = Job(
    name="release of a prepared image",
    playbook="euc.nutanix_citrix.prepared_image_release",
    variables={
        "prepared_image_release_id": RELEASE_ID,
        "prepared_image_release_retire": True,
        "prepared_image_retire_keep": 1,
        "prepared_image_retire_history": 1,
        "prepared_image_retire_minimum_age": 0,
    },
    estate=estate,
    prepare=_release_earlier,
    problems=problems,
    # What is shared, or taken away, is sent as a whole list each time.
    deeds={"/ImageVersions": "versions prepared", "$UpdateProvisioningScheme": "publish jobs"},
    once=("versions prepared", "publish jobs"),
)
