# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs with several disks: all of them come along, with their sizes, whatever is made of the VM."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lab.running import RunningLab

Client = Callable[[str], Any]
GIB = 1024**3
SIZES = [40, 100, 1]
ESTATE: dict[str, Any] = {
    "time_scale": 0,
    "prism_elements": [
        {
            "name": "a",
            "vms": [{"name": "desk", "disks_gib": SIZES}],
            "snapshots": [{"name": "ctx_desk_old", "vm": "desk"}],
            "remote_sites": [{"name": "b", "cluster": "b", "bandwidth_mbps": 10000}],
            "protection_domains": [{"name": "PD", "vms": ["desk"], "snapshots": [{"remotes": ["b"]}]}],
        },
        {
            "name": "b",
            "snapshots": [{"name": "ctx_desk_old", "vm": "desk"}],
            "remote_sites": [{"name": "a", "cluster": "a"}],
        },
    ],
}


@pytest.fixture
def estate(lab: RunningLab) -> RunningLab:
    lab.reset(ESTATE)
    return lab


def disks(lab: RunningLab, cluster: str, name: str) -> list[tuple[int, str]]:
    [vm] = [vm for vm in lab.state()["endpoints"][cluster]["vms"] if vm["name"] == name]
    return [(disk["size"] // GIB, disk["content"]) for disk in vm["disks"]]


def test_each_disk_has_a_size_and_contents_of_its_own(estate: RunningLab, prism: Client) -> None:
    made = disks(estate, "a", "desk")
    assert [size for size, _content in made] == SIZES
    assert len({content for _size, content in made}) == 3
    [vm] = prism("a").entities("/vms", include_vm_disk_config="true")
    assert [disk.get("size", 0) // GIB for disk in vm["vm_disk_info"]] == [0, *SIZES]
    [container] = prism("a").entities("/storage_containers")
    assert int(container["usage_stats"]["storage.usage_bytes"]) == sum(SIZES) * GIB


def test_a_snapshot_of_a_protection_domain_moves_all_of_them(estate: RunningLab, prism: Client) -> None:
    [snapshot] = prism("a").entities("/protection_domains/PD/dr_snapshots", full_details="true")
    assert snapshot["size_in_bytes"] == sum(SIZES) * GIB
    assert len(snapshot["vms"][0]["vm_files"]) == 3


def test_a_restored_vm_has_all_of_them(estate: RunningLab, prism: Client) -> None:
    client = prism("b")
    [snapshot] = client.entities("/protection_domains/PD/dr_snapshots")
    order = {"snapshot_id": snapshot["snapshot_id"], "vm_names": ["desk"], "vm_name_prefix": "t_"}
    client.done(client.ask("POST", "/protection_domains/PD/restore_entities", order))
    assert disks(estate, "b", "t_desk") == disks(estate, "a", "desk")


def test_so_has_a_failed_over_one(estate: RunningLab, prism: Client) -> None:
    before = disks(estate, "a", "desk")
    prism("b").ask("POST", "/protection_domains/PD/activate", {})
    estate.skip(100)
    assert disks(estate, "b", "desk") == before


def test_so_have_images_and_clones_of_them(estate: RunningLab, prism: Client) -> None:
    client = prism("a")
    uuid = client.entities("/vms")[0]["uuid"]
    client.done(client.ask("POST", "/snapshots", {"snapshot_specs": [{"vm_uuid": uuid, "snapshot_name": "image"}]}))
    image = next(snapshot for snapshot in client.entities("/snapshots") if snapshot["snapshot_name"] == "image")
    assert [disk["is_cdrom"] for disk in image["vm_create_spec"]["vm_disks"]] == [True, False, False, False]
    client.done(
        client.ask(
            "POST",
            f"/snapshots/{image['uuid']}/clone",
            {"spec_list": [{"name": "c1"}, {"name": "c2", "memory_mb": 512}]},
        )
    )
    client.done(client.ask("POST", f"/vms/{uuid}/clone", {"spec_list": [{"name": "c3"}]}))
    assert [disks(estate, "a", name) for name in ("c1", "c2", "c3")] == [disks(estate, "a", "desk")] * 3
    macs = [nic["mac_address"] for vm in client.entities("/vms", include_vm_nic_config="true") for nic in vm["vm_nics"]]
    assert len(macs) == len(set(macs)) == 4


def test_a_vm_put_back_to_an_image_is_as_it_was(estate: RunningLab, prism: Client) -> None:
    client = prism("a")
    vm = client.entities("/vms")[0]
    client.done(
        client.ask("POST", "/snapshots", {"snapshot_specs": [{"vm_uuid": vm["uuid"], "snapshot_name": "image"}]})
    )
    image = next(snapshot for snapshot in client.entities("/snapshots") if snapshot["snapshot_name"] == "image")
    before = disks(estate, "a", "desk")
    client.done(client.ask("POST", f"/vms/{vm['uuid']}/set_power_state", {"transition": "ON"}))
    assert disks(estate, "a", "desk") != before
    client.done(client.ask("POST", f"/vms/{vm['uuid']}/restore", {"snapshot_uuid": image["uuid"]}))
    assert disks(estate, "a", "desk") == before
    assert client.get(f"/vms/{vm['uuid']}")["power_state"] == "off"


def test_images_of_one_name_are_the_same_on_all_clusters_disk_by_disk(estate: RunningLab) -> None:
    old = {name: cluster["snapshots"][0]["vm"]["disks"] for name, cluster in estate.state()["endpoints"].items()}
    assert [disk["content"] for disk in old["a"]] == [
        "desk@ctx_desk_old",
        "desk@ctx_desk_old/disk1",
        "desk@ctx_desk_old/disk2",
    ]
    assert old["b"][0]["content"] == old["a"][0]["content"]
