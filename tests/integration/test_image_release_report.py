# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the report says, and that no run's record is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.baseline import earlier_catalogs
from harness.modules import run_module
from harness.schemas import hold_to_schema

WORK = [
    {"phase": "image", "started": "2026-11-20T23:33:00.000Z", "finished": "2026-11-20T23:34:00.000Z", "failed": False}
]


def report(
    directory: Path, state: str = "made", base_vm: str = "Gold", check: bool = False, **given: Any
) -> dict[str, Any]:
    arguments = {
        "release": "1",
        "base_vm": base_vm,
        "image": f"ctx_{base_vm}_1",
        "clusters": {"a": {"state": state, "message": "", "timeline": WORK if state == "made" else []}},
        "sites": {},
        "report_path": str(directory / "image_release_1.json"),
        "page_path": str(directory / "image_release_1.html"),
        **given,
    }
    return run_module("image_release_report", arguments, check=check)


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_an_idle_run_keeps_the_record_of_the_work(tmp_path: Path) -> None:
    report(tmp_path)
    report(tmp_path, "present")
    report(tmp_path, "present")
    found = read(tmp_path / "image_release_1.json")
    assert [len(run["timeline"]) for run in found["runs"]] == [1, 0]
    assert found["timeline"] == []
    page = (tmp_path / "image_release_1.html").read_text(encoding="utf-8")
    assert "What was done before" in page
    assert "nothing had to be done" in page


def test_a_run_that_fails_keeps_it_too(tmp_path: Path) -> None:
    report(tmp_path)
    failed = report(tmp_path, "failed")
    assert failed["failed"]
    found = read(tmp_path / "image_release_1.json")
    assert [(run["complete"], len(run["timeline"])) for run in found["runs"]] == [(True, 1), (False, 0)]


def test_one_id_for_two_golden_vms(tmp_path: Path) -> None:
    report(tmp_path)
    other = report(tmp_path, base_vm="Silver")
    report(tmp_path, "present", base_vm="Silver")
    report(tmp_path, "present")
    assert other["report_path"] == str(tmp_path / "image_release_1_ctx_Silver_1.json")
    assert other["page_path"] == str(tmp_path / "image_release_1_ctx_Silver_1.html")
    for name, image in (("image_release_1.json", "ctx_Gold_1"), ("image_release_1_ctx_Silver_1.json", "ctx_Silver_1")):
        found = read(tmp_path / name)
        assert (found["image"], len(found["runs"])) == (image, 2)
    assert len(list(tmp_path.iterdir())) == 4


def test_what_was_left_for_later_is_no_problem_and_not_complete(tmp_path: Path) -> None:
    reason = "this run was to end with wave 'canary'"
    moved = {"id": "1", "name": "W11-Canary", "action": "published", "wave": "canary", "changed": True}
    left = {"id": "2", "name": "W11", "action": "later", "wave": "all", "changed": False, "msg": reason}
    site = {
        "message": "",
        "catalogs": [{**each, "before": {"name": "old"}, "after": {"name": "new"}} for each in (moved, left)],
        "waiting": [],
        "waves": [
            {"name": "canary", "state": "open", "reason": ""},
            {"name": "all", "state": "later", "reason": reason},
        ],
    }
    result = report(tmp_path, sites={"daas": site})
    assert not result.get("failed")
    assert (result["complete"], result["problems"], result["later"]["waves"]) == (False, [], ["all"])
    assert result["summary"]["succeeded"]
    assert "As wished, this run was to end with wave 'canary'. Not started: all" in result["summary"]["text"]
    hold_to_schema(tmp_path / "image_release_1.json")
    page = (tmp_path / "image_release_1.html").read_text(encoding="utf-8")
    assert "Not complete, as wished." in page
    assert '<span class="later" aria-hidden="true">– </span>Left for later' in page
    assert "left for later" in page
    report(tmp_path)
    assert [run["complete"] for run in read(tmp_path / "image_release_1.json")["runs"]] == [False, True]


def test_what_was_left_does_not_go_on_over_a_closed_gate(tmp_path: Path) -> None:
    left = {"id": "2", "name": "W11", "action": "later", "wave": "all", "changed": False, "msg": "", "before": {}}
    waves = [{"name": "canary", "state": "closed", "reason": ""}, {"name": "all", "state": "later", "reason": "so"}]
    site = {"message": "", "catalogs": [left], "waiting": [], "waves": waves}
    result = report(tmp_path, sites={"daas": site})
    assert "goes on when what is missing before it is done." in result["later"]["text"]


@pytest.mark.parametrize(
    ("action", "ending"), [("planned", ": would be complete"), ("failed", ": would not be complete")]
)
def test_a_plan_says_what_would_be(tmp_path: Path, action: str, ending: str) -> None:
    catalog = {"id": "1", "name": "W11", "action": action, "changed": False, "msg": "", "before": {}, "after": {}}
    site = {"message": "", "catalogs": [catalog], "waiting": [], "waves": []}
    result = report(tmp_path, check=True, rollback=True, sites={"daas": site})
    assert ending in result["summary"]["text"]


def test_what_is_no_report_is_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "image_release_1.json"
    notes.write_text("my notes", encoding="utf-8")
    result = report(tmp_path)
    assert notes.read_text(encoding="utf-8") == "my notes"
    assert read(Path(result["report_path"]))["image"] == "ctx_Gold_1"


@pytest.mark.parametrize("release", ["../1", "a/b", "", "a b"])
def test_no_path_is_made_of_a_wrong_id(tmp_path: Path, release: str) -> None:
    result = report(tmp_path, release=release)
    assert "is no release id" in result["msg"]
    assert list(tmp_path.iterdir()) == []


def test_nobody_took_part(tmp_path: Path) -> None:
    result = report(tmp_path, clusters={})
    assert result["failed"]
    assert result["problems"] == ["no cluster and no site took part, so that nothing was done"]


def test_failing_may_be_left_to_the_hosts_whose_parts_are_missing(tmp_path: Path) -> None:
    result = report(tmp_path, "failed", fail_when_incomplete=False)
    assert not result.get("failed")
    assert (result["complete"], result["problems_of"]) == (False, {"a": ["image: failed"]})


SEEN = {
    "name": "Pool",
    "full_name": "Pool",
    "id": "p",
    "action": "gate_closed",
    "msg": "closed",
    "faulty_before": ["CORP\\P-001"],
}
UNSEEN = {key: value for key, value in SEEN.items() if key != "faulty_before"}


@pytest.mark.parametrize(
    "then",
    [
        {"message": "not part of this run", "catalogs": []},
        {"message": "cannot be reached", "catalogs": []},
        {"message": "", "catalogs": [UNSEEN]},
    ],
)
def test_a_run_that_saw_nothing_of_a_site_takes_no_witness_away(tmp_path: Path, then: dict[str, Any]) -> None:
    report(tmp_path, sites={"daas": {"message": "", "catalogs": [SEEN], "waiting": []}})
    report(tmp_path, sites={"daas": {**then, "waiting": []}})
    report(tmp_path, sites={"daas": {**then, "waiting": []}})
    text = (tmp_path / "image_release_1.json").read_text(encoding="utf-8")
    assert earlier_catalogs(text, "daas", "1", "ctx_Gold_1") == [{"id": "p", "faulty_before": ["CORP\\P-001"]}]


def test_the_path_of_the_image_is_told(tmp_path: Path) -> None:
    restored = {**WORK[0], "phase": "restore", "finished": "2026-11-20T23:33:30.000Z"}
    by_point = {"prism_central": "pc-east", "snapshot_id": "lai", "copy_id": "copy", "temporary_vm": "ctx_1_lai_Gold"}
    clusters = {
        "a": {"state": "made", "message": "", "image_uuid": "image-a", "timeline": [restored, *WORK], **by_point},
        "b": {"state": "present", "message": "", "snapshot_id": "353902"},
        "c": {"state": "failed", "message": "no answer", "failed_at": "pc-west"},
    }
    result = report(
        tmp_path,
        clusters=clusters,
        prism_centrals={"pc-west": {"message": "cannot be reached"}},
        templates={"pc-east": {"state": "made", "message": "", "ext_id": "template", "snapshot_id": "lai"}},
    )
    assert list(result["problems_of"]) == ["pc-west"]
    first, second, template = read(tmp_path / "image_release_1.json")["paths"]
    assert first == {
        "cluster": "a",
        "prism_central": "pc-east",
        "origin_kind": "recovery point",
        "origin": "lai",
        "origin_of_point": "",
        "policy": "",
        "copy": "copy",
        "arrived": None,
        "temporary_vm": "ctx_1_lai_Gold",
        "restored": "2026-11-20T23:33:30.000Z",
        "image": "image-a",
        "made": "2026-11-20T23:34:00.000Z",
    }
    assert (second["cluster"], second["origin_kind"], second["made"]) == ("b", "protection domain snapshot", None)
    assert (template["cluster"], template["origin"], template["image"]) == ("pc-east", "lai", "template")
    page = (tmp_path / "image_release_1.html").read_text(encoding="utf-8")
    assert "Paths of the image" in page
    assert "<bdi>pc-west</bdi>, <bdi>image on c</bdi>" in page


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    result = run_module(
        "image_release_report",
        {
            "release": "1",
            "base_vm": "G",
            "image": "ctx_G_1",
            "clusters": {"a": {"state": "planned", "message": ""}},
            "sites": {},
            "report_path": str(tmp_path / "r"),
        },
        check=True,
    )
    assert not result.get("failed")
    assert list(tmp_path.iterdir()) == []
