# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images as releases of the collection leave them on a cluster, for topologies and changes of the lab."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import image_uuid
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import Release
from lab.running import RunningLab

CLUSTERS = {"cluster-a", "cluster-b", "cluster-c"}


def endpoints(lab: RunningLab, kind: str) -> dict[str, dict[str, Any]]:
    return {name: state for name, state in lab.state()["endpoints"].items() if state["kind"].startswith(kind)}


def images(lab: RunningLab, name: str) -> dict[str, list[str]]:
    """cluster -> content of the live AHV snapshots of that name."""
    return {
        cluster: [
            image["vm"]["disks"][0]["content"]
            for image in state["snapshots"]
            if image["name"] == name and not image["deleted"]
        ]
        for cluster, state in endpoints(lab, "prism_element").items()
    }


def assert_identical_everywhere(lab: RunningLab, name: str) -> None:
    contents = images(lab, name)
    assert {cluster: len(found) for cluster, found in contents.items()} == dict.fromkeys(CLUSTERS, 1)
    assert len({content for found in contents.values() for content in found}) == 1


def catalog_images(lab: RunningLab) -> dict[str, str]:
    """'site/folder/catalog' -> name of its image."""
    return {
        f"{site}/{catalog['folder'] or ''}/{catalog['name']}": catalog["image"]
        for site in ("daas", "cvad")
        for catalog in lab.state()["endpoints"][site]["catalogs"]
    }


def vm_names(lab: RunningLab) -> dict[str, list[str]]:
    return {
        cluster: sorted(vm["name"] for vm in state["vms"]) for cluster, state in endpoints(lab, "prism_element").items()
    }


def own_image(
    cluster_uuid: str, release: str, base_vm: str = "Gold", pd_snapshot: str = "77", age_hours: float = 0.0
) -> dict[str, Any]:
    """An image taken from a temporary VM that is gone."""
    made = Release(base_vm, release)
    vm_name = made.temporary_vm_name(pd_snapshot)
    return {
        "name": made.image_name,
        "vm": vm_name,
        "uuid": image_uuid(cluster_uuid, made.image_name, vm_name),
        "age_hours": age_hours,
    }


def put_own_image(lab: RunningLab, cluster: str, release: str, **more: Any) -> str:
    """Put such an image on a cluster of a running lab. Returns its uuid."""
    image = own_image(lab.estate.clusters[cluster].uuid, release, **more)
    lab.change([{"endpoint": cluster, "kind": "snapshot", **image}])
    return str(image["uuid"])
