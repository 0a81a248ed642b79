# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.run_record import (
    name_beside,
    own_record,
    with_earlier_runs,
)

OF_A_RUN = ("started", "operator", "problems", "timeline")
REPORT: dict[str, Any] = {
    "release": "1",
    "base_vm": "Gold",
    "image": "ctx_Gold_1",
    "rollback": False,
    "started": "2026-11-20T23:33:00.000Z",
    "finished": "2026-11-20T23:40:00.000Z",
    "seconds": 420.0,
    "operator": "",
    "complete": True,
    "problems": [],
    "timeline": [{"phase": "image"}],
    "critical_path": [],
}
SAME = {name: REPORT[name] for name in ("release", "base_vm", "image", "rollback")}
IDLE = {**REPORT, "timeline": [], "started": "2026-11-21T08:00:00.000Z"}


def test_the_run_that_did_the_work_stays_in_the_record() -> None:
    first = with_earlier_runs(REPORT, None, OF_A_RUN)
    second = with_earlier_runs(IDLE, first, OF_A_RUN)
    third = with_earlier_runs({**IDLE, "started": "2026-11-22T08:00:00.000Z"}, second, OF_A_RUN)
    assert [run["started"] for run in third["runs"]] == ["2026-11-20T23:33:00.000Z", "2026-11-22T08:00:00.000Z"]
    assert third["runs"][0]["timeline"] == [{"phase": "image"}]
    assert third["timeline"] == []


def test_a_record_of_before_there_were_runs_is_one() -> None:
    assert len(with_earlier_runs(IDLE, REPORT, OF_A_RUN)["runs"]) == 2


@pytest.mark.parametrize(
    "other",
    [
        "",
        "no JSON",
        "[]",
        "null",
        json.dumps(SAME),
        json.dumps({**REPORT, "base_vm": "Silver", "image": "ctx_Silver_1"}),
        json.dumps({**REPORT, "rollback": True}),
    ],
)
def test_what_is_no_record_of_this_job_is_not_taken_for_one(other: str) -> None:
    assert own_record(other, SAME, OF_A_RUN) is None


def test_own_record_is_found_again() -> None:
    assert own_record(json.dumps(REPORT), SAME, OF_A_RUN) == REPORT


def test_names_beside_are_safe_and_differ() -> None:
    names = {name_beside("r", image) for image in ("ctx_Gold_1", "ctx_a/../b_1", "ctx_a:..:b_1", "ctx_金_1")}
    assert len(names) == 4
    assert not any("/" in name for name in names)
