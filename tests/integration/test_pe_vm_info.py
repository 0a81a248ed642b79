# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_vm_info"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_utc
from harness.modules import Site
from lab.running import RunningLab

Host = Callable[[str], Site]
AWKWARD = [
    "Büro 'Süd' #1",
    '50% "off"',
    "a\\b/c",
    "黄金 イメージ",
    "x;y,z(1)",
    "Gold*",
    "a&b=c?d+e",
    "vm_name==Gold",
    " ",
    "Gold Master",
]


def test_one_name_whole_and_exact(lab: RunningLab, host: Host) -> None:
    (vm,) = host("cluster-a")("pe_vm_info", name="Gold")["vms"]
    assert (vm["name"], vm["power_state"], vm["description"]) == ("Gold", "off", "Windows 11 golden image")
    assert "disks" not in vm
    assert host("cluster-a")("pe_vm_info", name="Gol")["vms"] == []
    assert host("cluster-a")("pe_vm_info", name="gold")["vms"] == []


@pytest.mark.parametrize("comparison", ["exact", "case_insensitive", "prefix"])
def test_however_the_cluster_compares_names(lab: RunningLab, host: Host, comparison: str) -> None:
    lab.change(
        [
            {"endpoint": "cluster-a", "kind": "behaviour", "vm_name_filter": comparison},
            {"endpoint": "cluster-a", "kind": "vm", "name": "GOLD"},
        ]
    )
    assert [vm["name"] for vm in host("cluster-a")("pe_vm_info", name="Gold")["vms"]] == ["Gold"]


def test_two_of_one_name_are_both_given(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": "Gold"}])
    found = host("cluster-a")("pe_vm_info", name="Gold")["vms"]
    assert len({vm["uuid"] for vm in found}) == 2


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_names_are_found(lab: RunningLab, host: Host, name: str) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": name}])
    assert [vm["name"] for vm in host("cluster-a")("pe_vm_info", name=name)["vms"]] == [name]


def test_by_uuid_with_disks(lab: RunningLab, host: Host) -> None:
    (named,) = host("cluster-a")("pe_vm_info", name="Gold")["vms"]
    (vm,) = host("cluster-a")("pe_vm_info", uuid=named["uuid"], include_disks=True)["vms"]
    assert [disk["bytes"] for disk in vm["disks"]] == [40 * 1024**3]
    assert {key: value for key, value in vm.items() if key != "disks"} == named


@pytest.mark.parametrize("status", [404, 422, 500])
def test_an_unknown_uuid_is_an_empty_list_whatever_the_status(lab: RunningLab, host: Host, status: int) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", "not_found_status": status}])
    assert host("cluster-a")("pe_vm_info", uuid="00000000-0000-4000-8000-000000000000")["vms"] == []


def test_all_of_them_even_when_the_cluster_cuts_its_lists(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": "bulk-{n:04d}", "count": 1200}])
    everything = host("cluster-a")("pe_vm_info")["vms"]
    assert len(everything) == 1207
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", "list_cap": 100}])
    assert host("cluster-a")("pe_vm_info")["vms"] == everything


def test_name_and_uuid_exclude_each_other(lab: RunningLab, host: Host) -> None:
    assert "mutually exclusive" in host("cluster-a").fails("pe_vm_info", name="Gold", uuid="x")


TEMPORARY = "ctx_r1_353902_Gold"
LONG_AGO, JUST_NOW = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"


def started(cluster: Site, made_since: str) -> str:
    (vm,) = cluster("pe_vm_info", name=TEMPORARY, made_since=made_since)["vms"]
    return str(vm["started"])


def test_the_tasks_of_a_cluster_tell_whether_a_vm_was_ever_switched_on(lab: RunningLab, host: Host) -> None:
    cluster = host("cluster-a")
    lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": TEMPORARY}])
    assert started(cluster, JUST_NOW) == "no"
    # The cluster does not remember as far back.
    assert started(cluster, LONG_AGO) == "unknown"
    cluster("pe_vm", name=TEMPORARY, state="powered_on")
    assert started(cluster, JUST_NOW) == "yes"
    cluster("pe_vm", name=TEMPORARY, state="powered_off", force=True)
    assert started(cluster, JUST_NOW) == "yes"
    lab.faults([{"path": "/tasks/list", "then": {"status": 500}}])
    assert started(cluster, JUST_NOW) == "unknown"
    assert "Give a moment such as" in cluster.fails("pe_vm_info", name=TEMPORARY, made_since="yesterday")


def test_whether_a_copy_is_true_is_told_also_when_its_vm_is_gone(lab: RunningLab, host: Host) -> None:
    cluster = host("cluster-a")
    lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": name} for name in (TEMPORARY, "spare")])
    uuids = [vm["uuid"] for name in (TEMPORARY, "spare") for vm in cluster("pe_vm_info", name=name)["vms"]]
    now = str(iso_utc(lab.state()["clock"]["epoch_usecs"]))

    def told(uuid: str, copied_at: str = now) -> str:
        return str(cluster("pe_vm_info", uuid=uuid, copied_at=copied_at)["true_copy"])

    assert [told(uuid) for uuid in uuids] == ["yes", "yes"]
    # The cluster does not remember as far back.
    assert told(uuids[0], LONG_AGO) == "unknown"
    for state in ("powered_on", "powered_off"):
        cluster("pe_vm", uuid=uuids[0], state=state, force=True)
    # What happened long after the copy does not touch it.
    assert [told(uuids[0]), told(uuids[0], LONG_AGO)] == ["no", "unknown"]
    for uuid in uuids:
        cluster("pe_vm", uuid=uuid, state="absent", force=True)
    assert [told(uuid) for uuid in uuids] == ["no", "yes"]
    assert told(uuids[1], LONG_AGO) == "yes"
    assert "copied_at is 'today'" in cluster.fails("pe_vm_info", uuid=uuids[0], copied_at="today")
    assert "uuid" in cluster.fails("pe_vm_info", name=TEMPORARY, copied_at=now)
