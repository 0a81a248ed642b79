# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pe_vm_snapshot_info"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.images import put_own_image
from harness.modules import Site, writes
from lab.running import RunningLab

Host = Callable[[str], Site]


def test_our_images_know_where_they_come_from(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": "ctx_r1_353902_Gold"}])
    cluster = host("cluster-a")
    made = cluster("pe_vm_snapshot", name="ctx_Gold_r1", vm_name="ctx_r1_353902_Gold")["snapshot"]
    lab.forget()
    found = cluster("pe_vm_snapshot_info", base_vm="Gold")["snapshots"]
    assert writes(lab) == []
    assert [(image["name"], image["lineage"]["release"]) for image in found] == [
        ("ctx_Gold_2026.10.01-1", "2026.10.01-1"),
        ("ctx_Gold_r1", "r1"),
    ]
    assert found[1] == made
    assert found[1]["lineage"] == {
        "base_vm": "Gold",
        "release": "r1",
        "protection_domain_snapshot_id": "353902",
        "recovery_point_id": None,
        "proven": True,
        "doubt": "",
    }
    assert (found[0]["lineage"]["protection_domain_snapshot_id"], found[0]["lineage"]["proven"]) == ("351001", True)
    assert cluster("pe_vm_snapshot_info", base_vm="Gold", check=True)["snapshots"] == found


def test_gold_is_never_gold_finance(lab: RunningLab, host: Host) -> None:
    assert [
        image["name"] for image in host("cluster-a")("pe_vm_snapshot_info", base_vm="Gold-Finance")["snapshots"]
    ] == ["ctx_Gold-Finance_2026.10.01-1"]
    assert host("cluster-a")("pe_vm_snapshot_info", base_vm="Gold-")["snapshots"] == []
    assert host("cluster-a")("pe_vm_snapshot_info", base_vm="Gold", prefix="other_")["snapshots"] == []


def test_what_is_not_ours_has_no_lineage(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "snapshot", "name": "vor dem Update #1 'neu'", "vm": "Gold"}])
    (found,) = host("cluster-a")("pe_vm_snapshot_info", name="vor dem Update #1 'neu'")["snapshots"]
    assert found["lineage"] is None
    assert found["source_vm_name"] == "Gold"


def test_an_unknown_name_is_an_empty_list(lab: RunningLab, host: Host) -> None:
    assert host("cluster-a")("pe_vm_snapshot_info", name="ctx_Gold_2026.10.01")["snapshots"] == []


def test_two_of_one_name_are_both_given(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "snapshot", "name": "ctx_Gold_r1", "vm": "Gold"}] * 2)
    assert len(host("cluster-a")("pe_vm_snapshot_info", name="ctx_Gold_r1")["snapshots"]) == 2


def test_removed_ones_that_linger_are_left_out(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", "deleted_snapshots_linger_seconds": 1e6}])
    host("cluster-a")("pe_vm_snapshot", name="ctx_Gold_2026.10.01-1", state="absent")
    assert host("cluster-a")("pe_vm_snapshot_info", name="ctx_Gold_2026.10.01-1")["snapshots"] == []


@pytest.mark.parametrize("count", [1500])
def test_all_of_many(lab: RunningLab, host: Host, count: int) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "snapshot", "name": "old-{n:04d}", "count": count, "vm": "Gold"}])
    assert len(host("cluster-a")("pe_vm_snapshot_info")["snapshots"]) == count + 2


def test_a_list_that_the_cluster_cuts_is_an_error_and_no_quiet_half(lab: RunningLab, host: Host) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", "list_cap": 1}])
    assert "gives only 1" in host("cluster-a").fails("pe_vm_snapshot_info")


@pytest.mark.parametrize(
    ("images", "doubt"),
    [
        ([("ctx_Gold_r1", "desk-a-001")], "was taken from the VM 'desk-a-001'"),
        ([("ctx_Gold_r1", "ctx_r1_353902_Gold")], "another tool made it"),
        ([("ctx_Gold_R1", "Gold")], "differs from 'ctx_Gold_r1' in case only"),
        ([("CTX_gold_r1", "Gold")], "differs from 'ctx_Gold_r1' in case only"),
        ([("ctx_Gold_r1", "Gold"), ("ctx_Gold_r1", "Gold")], "2 snapshots are called 'ctx_Gold_r1'"),
    ],
)
def test_doubtful_images_are_named_and_refused_where_they_would_be_used(
    lab: RunningLab, host: Host, images: list[tuple[str, str]], doubt: str
) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "snapshot", "name": name, "vm": vm} for name, vm in images])
    doubts = host("cluster-a")("pe_vm_snapshot_info", name="ctx_Gold_r1")["doubts"]
    assert doubt in " ".join(each["reason"] for each in doubts)
    assert doubt in host("cluster-a").fails("pe_vm_snapshot_info", name="ctx_Gold_r1", fail_in_doubt=True)


def test_nothing_to_doubt(lab: RunningLab, host: Host) -> None:
    assert host("cluster-a")("pe_vm_snapshot_info", name="ctx_Gold_r1", fail_in_doubt=True)["doubts"] == []
    uuid = put_own_image(lab, "cluster-a", "r1")
    (found,) = host("cluster-a")("pe_vm_snapshot_info", name="ctx_Gold_r1", fail_in_doubt=True)["snapshots"]
    assert (found["uuid"], found["lineage"]["proven"]) == (uuid, True)


def test_an_image_tells_whether_somebody_had_switched_on_its_temporary_vm(lab: RunningLab, host: Host) -> None:
    cluster, name = host("cluster-a"), "ctx_r1_353902_Gold"
    lab.change([{"endpoint": "cluster-a", "kind": "vm", "name": name}])
    image = cluster("pe_vm_snapshot", name="ctx_Gold_r1", vm_name=name)["snapshot"]

    def told() -> dict[str, str | None]:
        read = cluster("pe_vm_snapshot_info", include_true_copy=True)["snapshots"]
        return {each["name"]: each["true_copy"] for each in read}

    lab.change([{"endpoint": "cluster-a", "kind": "snapshot", "name": "by hand", "vm": "Gold"}])
    assert (told()["ctx_Gold_r1"], told()["by hand"]) == ("yes", None)
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", "tasks_kept": 0}])
    assert told()["ctx_Gold_r1"] == "unknown"
    lab.change([{"endpoint": "cluster-a", "kind": "behaviour", "tasks_kept": 100}])
    lab.skip(600)
    cluster("pe_vm", uuid=image["vm_uuid"], state="powered_on")
    # It was on only after that, which is no reason to doubt what is in it, once somebody has moved catalogs to it.
    assert told()["ctx_Gold_r1"] == "unknown"
    cluster("pe_vm", uuid=image["vm_uuid"], state="absent", force=True)
    assert told()["ctx_Gold_r1"] == "yes"
