# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of the stages of a target."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.outcomes import (
    catalogs_to_move,
    is_settled,
    outcome,
    registrations,
)

THERE = {"state": "there", "disk": {"id": "d-1", "name": "W11"}}
JOB = {"id": "j-1", "status": "complete", "state": "complete"}
GONE = {"id": "j-1", "status": "", "state": "unknown"}
STEP = {"phase": "prepare", "started": "2026-11-20T10:00:00.000Z", "finished": "2026-11-20T11:00:00.500Z"}


@pytest.mark.parametrize(
    ("stage", "result", "standing", "state", "settled"),
    [
        ("prepare", None, None, "not reached", False),
        ("prepare", {"skipped": True}, None, "not reached", False),
        ("prepare", None, THERE, "there", True),
        ("prepare", {"changed": True, "job": JOB}, None, "made", True),
        ("prepare", {"changed": False, "job": JOB, "adopted": True}, None, "adopted", True),
        ("prepare", {"changed": False, "job": JOB}, None, "there", True),
        ("prepare", {"changed": True, "job": {"state": "planned"}}, None, "planned", True),
        ("prepare", {"changed": False, "job": {**JOB, "state": "running"}}, None, "unknown", False),
        ("prepare", {"changed": False, "job": GONE}, None, "unknown", False),
        ("prepare", {"changed": False, "job": GONE}, THERE, "there", True),
        ("prepare", {"failed": True, "msg": "no"}, THERE, "failed", False),
        ("upload", {"changed": True, "disk": {"id": "", "name": "W11"}}, None, "planned", True),
        ("upload", {"changed": True, "disk": {"id": "d-1", "name": "W11"}}, None, "made", True),
        ("upload", {"changed": False, "disk": {"id": "d-1", "name": "W11"}}, None, "there", True),
    ],
)
def test_states(stage: str, result: Any, standing: Any, state: str, settled: bool) -> None:
    told = outcome(stage, result, standing)
    assert (told["stage"], told["state"]) == (stage, state)
    assert is_settled([told]) is settled


def test_a_job_that_vanished_is_told_as_such() -> None:
    assert (
        "service forgets jobs after 24 hours, and nothing that it made was seen"
        in (outcome("prepare", {"job": GONE}, {"state": "missing"})["message"])
    )
    assert outcome("prepare", {"job": GONE}, THERE)["note"].endswith("what it made was seen")


def test_a_failure_keeps_its_advice() -> None:
    error = {"message": "The share is full", "advice": "Make room."}
    told = outcome("export", {"failed": True, "msg": "The share is full. Make room.", "error": error})
    assert (told["message"], told["error"]) == ("The share is full. Make room.", error)


def test_figures() -> None:
    result = {"changed": True, "disk": {"id": "snap-1", "name": "W11"}, "sent_bytes": 5, "data_bytes": 6, "md5": "a"}
    told = outcome("upload", {**result, "virtual_size_bytes": 7, "sha256": "b", "timeline": [STEP]})
    assert told["bytes"] == {"virtual_size_bytes": 7, "data_bytes": 6, "sent_bytes": 5}
    assert (told["md5"], told["sha256"], told["output"]) == ("a", "b", "W11 (snap-1)")
    assert (told["started"], told["finished"], told["seconds"]) == (STEP["started"], STEP["finished"], 3600.5)
    assert outcome("export", {"changed": True, "job": JOB, "file": {"name": "W11.vhdx"}})["output"] == "W11.vhdx"


def test_catalogs_get_what_their_target_has() -> None:
    results = {
        "weu": {"platform": "azure", "prepared": {"name": "W11-1", "id": "/subscriptions/1"}},
        "use1": {"platform": "aws", "prepared": {"name": "W11-1", "id": "ami-1"}},
        "gone": {"platform": "gcp", "prepared": {}},
    }
    catalogs = [
        {"name": "A", "target": "weu", "wave": "canary", "image": "XDHyp:\\HostingUnits\\weu\\{name}.manageddisk"},
        {"name": "B", "target": "use1", "note": "mine"},
        {"name": "C", "target": "gone"},
    ]
    moves = catalogs_to_move(catalogs, results, "1")
    assert [(move["image"], move["note"]) for move in moves[:2]] == [
        ("XDHyp:\\HostingUnits\\weu\\W11-1.manageddisk", "1 by Image Portability"),
        ("W11-1 (ami-1)", "mine"),
    ]
    assert moves[0] == {**moves[0], "name": "A", "wave": "canary"}
    assert moves[2]["hold"] == "target gone has no prepared image of this release"
    # Not empty: an empty image would be refused, and with it the catalogs of all targets that have theirs
    assert moves[2]["image"] == "{name}"
    assert not any("target" in move for move in moves)


def test_only_what_was_published_is_to_be_registered() -> None:
    published = {"stages": [{"stage": "publish", "state": "made", "output": "W11-1.vhdx"}], "store": "smb://pvs/store/"}
    failed = {"stages": [{"stage": "publish", "state": "failed", "output": "W11-1.vhdx"}]}
    (told,) = registrations({"weu": published, "gone": failed})
    assert told.startswith("weu: add the existing vDisk W11-1.vhdx of the store smb://pvs/store/ to the farm")
