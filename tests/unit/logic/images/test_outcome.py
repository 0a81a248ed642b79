# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.outcome import became, confirmed, found

UNASKED = {"witness": {"true_copy": ""}}
MISSING = {"state": "missing", "image_uuid": "", "temporary_vm": "", "snapshot_id": "", "message": "", **UNASKED}
PRESENT = {**MISSING, "state": "present", "image_uuid": "1", "temporary_vm": "tmp_1", "snapshot_id": "7"}
RESTORED: dict[str, Any] = {"vm": {"name": "tmp_1", "uuid": "2"}, "snapshot_id": "7", "timeline": ["restore"]}
MADE: dict[str, Any] = {"snapshot": {"uuid": "1"}, "timeline": ["snapshot"]}
SKIPPED = {"changed": False, "skipped": True}


def test_what_a_cluster_has_of_the_image() -> None:
    lineage = {"protection_domain_snapshot_id": "7"}
    assert found([{"uuid": "1", "source_vm_name": "tmp_1", "lineage": lineage}]) == PRESENT
    assert found([{"uuid": "1", "source_vm_name": None, "lineage": None}]) == {
        **PRESENT,
        "temporary_vm": "",
        "snapshot_id": "",
    }
    assert found([]) == MISSING


def test_an_image_that_was_made() -> None:
    removed = {"timeline": ["remove"]}
    assert became(MISSING, RESTORED, MADE, removed) == {
        **PRESENT,
        "state": "made",
        "copy_id": "",
        "timeline": ["restore", "snapshot", "remove"],
    }
    by_point = became(MISSING, {**RESTORED, "recovery_point_ext_id": "copy"}, MADE, removed)
    assert by_point["copy_id"] == "copy"


def test_a_plan_has_no_image_yet() -> None:
    planned = became(MISSING, {"vm": {"name": "tmp_1", "uuid": None}}, {"snapshot": None}, SKIPPED, planned=True)
    assert planned == {**MISSING, "state": "planned", "temporary_vm": "tmp_1", "copy_id": "", "timeline": []}


def test_a_temporary_vm_of_an_earlier_run() -> None:
    assert became(PRESENT, SKIPPED, SKIPPED, {"timeline": ["remove"]}) == {**PRESENT, "timeline": ["remove"]}


def test_a_temporary_vm_that_is_still_there_is_told() -> None:
    for removed in ({"failed": True, "msg": "locked"}, {"unreachable": True, "msg": "locked"}):
        assert became(MISSING, RESTORED, MADE, removed)["leftover"]["message"] == "locked"


@pytest.mark.parametrize(
    ("true_copy", "kept", "users", "state"),
    [
        ("yes", "", [], "present"),
        ("no", "", [], "missing"),
        ("unknown", "", [], "missing"),
        # Catalogs are moved only to what is known to be true, so they speak for it.
        ("unknown", "It is kept, because ", ["cvad: catalog W11"], "present"),
        ("no", "It is kept, because ", ["cvad: catalog W11"], "failed"),
        ("unknown", "It is kept, because ", [], "failed"),
    ],
)
def test_what_an_interrupted_run_made_counts_only_when_it_is_a_true_copy(
    true_copy: str, kept: str, users: list[str], state: str
) -> None:
    now = confirmed(PRESENT, true_copy, kept, users)
    assert now["state"] == state
    assert ("taken_back" in now) == (state == "missing")
    assert now["snapshot_id"] == ("" if state == "missing" else "7")
    assert ("It is kept, because an interrupted run made it" in now["message"]) == (state == "failed")
