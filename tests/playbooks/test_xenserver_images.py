# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks of images between XenServer pools end to end, as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.modules import TOPOLOGIES, topology_of, writes
from harness.playbooks import Outcome, run_playbook
from lab.dom0.hosts import Dom0, dom0
from lab.running import RunningLab

SYNC = "euc.nutanix_citrix.xenserver_image_sync"
RETIRE = "euc.nutanix_citrix.xenserver_image_retire"
PREFLIGHT = "euc.nutanix_citrix.preflight"
LINEAGE = "euc.nutanix_citrix.image_lineage"
ROLLBACK = "euc.nutanix_citrix.image_rollback"
SLAVES = ("xs-west", "xs-north", "xs-south")
Run = Callable[..., Outcome]


@pytest.fixture
def run(lab: RunningLab, tmp_path: Path) -> Run:
    """`run(SYNC, "1", "--check")` runs a playbook on the lab."""
    lab.reset(topology_of(TOPOLOGIES / "xenserver.yml"))
    lab.forget()

    def run_it(playbook: str, release: str, *options: str, **variables: Any) -> Outcome:
        given = {"xenserver_image_sync_release": release, "xenserver_image_sync_directory": str(tmp_path / "images")}
        given |= {"image_release_id": release, "image_release_base_vm": "W11-Pool"}
        return run_playbook(playbook, lab.inventory_path, tmp_path, "-e", json.dumps(given | variables), *options)

    return run_it


def images(lab: RunningLab) -> dict[str, str]:
    """Catalog -> the path of its image below its hosting unit."""
    catalogs = [catalog for site in ("daas", "cvad") for catalog in lab.estate.endpoint(site).state()["catalogs"]]
    return {catalog["name"]: catalog["image"] for catalog in catalogs}


def disks(lab: RunningLab, pool: str, name: str) -> list[dict[str, Any]]:
    return [vdi for vdi in lab.estate.endpoint(pool).state()["vdis"] if vdi["name_label"] == name]


def test_an_image_comes_to_all_pools_and_their_catalogs(lab: RunningLab, tmp_path: Path, run: Run) -> None:
    before = images(lab)
    ready = run(PREFLIGHT, "2026.11.20-1", image_release_id="")
    assert ready.status == 0, ready.trouble
    judged = ready.result("preflight_report")["rows"]
    assert {row["where"] for row in judged if row["kind"] == "pool"} == {"xs-east", *SLAVES}
    told = {(row["where"], row["what"]): row["result"] for row in judged}
    assert told["daas", "catalog W11-North-2"] == told["cvad", "blast radius"] == "ok"
    assert ("daas", "catalogs") not in told
    planned = run(SYNC, "2026.11.20-1", "--check", "--diff")
    assert planned.status == 0, planned.trouble
    assert writes(lab) == []
    assert planned.output.count("image would be made") == 3
    assert planned.output.count("would be moved to the image") == 6

    done = run(SYNC, "2026.11.20-1")
    assert done.status == 0, done.trouble
    moved = {name for name, image in images(lab).items() if image != before[name]}
    assert moved == {f"W11-{pool}-{number}" for pool in ("West", "North", "South") for number in (1, 2)}
    assert {image for name, image in images(lab).items() if name in moved} == {"W11-Pool_2026-11-20-1"}
    report = json.loads((tmp_path / "xenserver_image_sync_2026.11.20-1.json").read_text(encoding="utf-8"))
    assert report["complete"]
    assert {host: pool["state"] for host, pool in report["clusters"].items()} == {
        "xs-east": "present",
        **dict.fromkeys(SLAVES, "made"),
    }
    inventories = [endpoint["inventory"] for endpoint in lab.endpoints if endpoint["inventory"]]
    assert not [one for one in inventories if one.get("xenserver_password", "no secret") in done.output]
    lab.forget()
    # Also from a controller that has not got the file
    again = run(SYNC, "2026.11.20-1", xenserver_image_sync_directory=str(tmp_path / "elsewhere"))
    assert (again.status, again.changed) == (0, []), again.trouble
    assert writes(lab) == []


@pytest.mark.bad_day
def test_a_silent_pool_holds_up_nobody_and_what_nobody_needs_goes(lab: RunningLab, tmp_path: Path, run: Run) -> None:
    """An image that nobody takes, one for all, the next while a pool is away; back; retention."""
    first = disks(lab, "xs-east", "W11-Pool-baseDisk")[0]["uuid"]
    nowhere = {"xenserver_image_sync_catalogs": [], "xenserver_image_sync_require_catalogs": False}
    assert run(SYNC, "0", xenserver_image_sync_vdi=first, **nowhere).status == 0
    done = run(SYNC, "1", xenserver_image_sync_vdi=first)
    assert done.status == 0, done.trouble
    on_first = images(lab)

    # MCS publishes a further version; the control domain tells which is the youngest
    lab.change([{"endpoint": "xs-east", "kind": "scheme", "name": "W11-Pool", "srs": ["NFS-East"], "size_mib": 8}])
    lab.change([{"endpoint": "xs-south", "kind": "host_lost", "host": "xs-south-1", "lost": True}])
    root = Path(lab.estate.endpoint("xs-east").state()["sr_mount_roots"]["xs-east-1"])
    dom0 = tmp_path / "dom0.yml"
    dom0.write_text("all: {hosts: {dom0-east: {ansible_connection: local}}}", encoding="utf-8")
    by_age = {"xenserver_image_sync_dom0": "dom0-east", "xenserver_image_sync_sr_directory": str(root)}
    second = run(SYNC, "2", "-i", str(dom0), **by_age)
    assert second.status != 0
    assert "xs-south does not have the image of this release" in second.output
    held = {name: path for name, path in images(lab).items() if path == on_first[name]}
    assert sorted(held) == ["W11-East-1", "W11-East-2", "W11-South-1", "W11-South-2"]
    (report,) = [json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.glob("xenserver_image_sync_2.json")]
    assert {host for host, pool in report["clusters"].items() if pool["state"] == "failed"} == {"xs-south"}

    # Nothing goes while one gives no answer
    old = {
        "xenserver_image_retire_keep": 1,
        "xenserver_image_retire_minimum_age": 0,
        "xenserver_image_retire_history": 1,
    }
    doubtful = run(RETIRE, "2", **old)
    assert doubtful.status != 0
    assert "pool xs-south cannot be asked" in doubtful.output
    assert len(disks(lab, "xs-west", "W11-Pool_0")) > 0

    lab.change([{"endpoint": "xs-south", "kind": "host_lost", "host": "xs-south-1", "lost": False}])
    lab.forget()
    another = run(SYNC, "1", "-i", str(dom0), **by_age)
    assert "was made of the disk" in another.output
    # Neither a pool that lacks it nor the file on the controller gets it
    assert writes(lab) == []
    assert run(SYNC, "2", "-i", str(dom0), **by_age).status == 0

    each_is_on_the_second(run, first)
    back = run(ROLLBACK, "2", "--limit", "daas", image_release_id="", image_rollback_catalogs="W11-West-1")
    assert back.status == 0, back.trouble
    assert images(lab)["W11-West-1"] == on_first["W11-West-1"]
    only_used_images_stay(lab, run, old)


def each_is_on_the_second(run: Run, first: str) -> None:
    told = run(LINEAGE, "2").result("image_lineage_info")["catalogs"]
    lineage = {each["catalog"].rpartition("/")[2]: each for each in told}
    west, south, east = (lineage[f"W11-{pool}-1"] for pool in ("West", "South", "East"))
    assert (west["release"], west["base_vm"], west["marked"], west["cluster"]) == ("2", "W11-Pool", True, "xs-west")
    assert [first] != west["source_disks"] == south["source_disks"]
    assert (south["release"], east["release"], east["marked"]) == ("2", None, False)


def only_used_images_stay(lab: RunningLab, run: Run, old: dict[str, Any]) -> None:
    lab.forget()
    planned = run(RETIRE, "2", "--check", **old)
    assert (planned.status, writes(lab)) == (0, []), planned.trouble
    gone = run(RETIRE, "2", **old)
    assert gone.status == 0, gone.trouble
    for pool in SLAVES:
        vms = {vm["name_label"] for vm in lab.estate.endpoint(pool).state()["vms"]}
        assert {name.split("_")[1] for name in vms if name.startswith("W11-Pool_")} == {"1", "2"}
    again = run(RETIRE, "2", **old)
    assert (again.status, again.changed) == (0, []), again.trouble


def as_host(host: Dom0) -> dict[str, Any]:
    """A control domain as a host of an inventory."""
    trust = f"-o UserKnownHostsFile={host.known_hosts} -o GlobalKnownHostsFile=none -o IdentitiesOnly=yes -F none"
    return {
        "ansible_connection": "ssh",
        "ansible_host": "127.0.0.1",
        "ansible_port": host.port,
        "ansible_user": host.user,
        "ansible_ssh_private_key_file": str(host.key),
        "ansible_ssh_common_args": trust,
    }


@pytest.mark.bad_day
def test_control_domains_carry_the_image_where_a_pool_wants_it_so(lab: RunningLab, tmp_path: Path, run: Run) -> None:
    roots = {pool: lab.estate.endpoint(pool).state()["sr_mount_roots"][f"{pool}-1"] for pool in ("xs-east", "xs-west")}
    with dom0(tmp_path / "east") as east, dom0(tmp_path / "west") as west:
        hosts = {
            "dom0-east": as_host(east),
            "dom0-west": as_host(west),
            "xs-east": {
                "xenserver_image_sync_dom0": "dom0-east",
                "xenserver_image_sync_sr_directory": roots["xs-east"],
            },
            "xs-west": {
                "xenserver_image_sync_method": "rsync",
                "xenserver_image_sync_dom0": "dom0-west",
                "xenserver_image_sync_sr_directory": roots["xs-west"],
                "xenserver_image_sync_peer": {
                    "private_key_path": str(east.key),
                    "known_hosts_path": str(east.known_hosts),
                },
            },
        }
        inventory = tmp_path / "dom0.yml"
        inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
        planned = run(SYNC, "1", "-i", str(inventory), "--check", "--diff")
        assert (planned.status, writes(lab)) == (0, []), planned.trouble
        done = run(SYNC, "1", "-i", str(inventory))
        assert done.status == 0, done.trouble
        assert done.result("xen_vdi_sync")["results"][0]["transferred_bytes"] > 0
        assert set(images(lab).values()) == {"before", "W11-Pool_1"}
        lab.forget()
        again = run(SYNC, "1", "-i", str(inventory))
        assert (again.status, again.changed, writes(lab)) == (0, [], []), again.trouble
