# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_export, and what all jobs have in common."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.portability import A_DAY, SOURCES, Portability
from lab.image_portability.topology import SWITCHES

# Switches of what other tests are about
ELSEWHERE = (
    "running_word",
    "credential_update",
    "dry_run",
    "failed_word",
    "cancelled_word",
    "cancel_answer",
    "cancelled",
)
ANSWERS = [
    (name, value)
    for name, switch in SWITCHES.items()
    if isinstance(switch.schema, frozenset) and name not in ELSEWHERE
    for value in sorted(switch.schema - {switch.default})
]


JOBS = "ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.jobs"


def content(file: Path, raw: Path) -> bytes:
    subprocess.run(["qemu-img", "convert", "-O", "raw", str(file), str(raw)], check=True)
    return raw.read_bytes()


@pytest.mark.parametrize("platform", SOURCES)
def test_a_disk_is_exported_once(portability: Portability, platform: str, tmp_path: Path) -> None:
    result = portability.export(platform=platform)
    assert (result["changed"], result["adopted"], result["job"]["state"]) == (True, False, "complete")
    assert result["file"] == {"location": "smb://files.example.com/images/", "name": "w11.vhdx", "format": "vhdx"}
    stored = "xen" if platform == "xenserver" else platform
    assert content(portability.file("w11.vhdx"), tmp_path / "raw") == portability.disk(stored, "gold").read_bytes()
    again = portability.export(platform=platform)
    assert (again["changed"], again["adopted"], again["disk_hash"]) == (False, True, result["disk_hash"])
    assert len(portability.jobs()) == 1


def test_a_vhd_goes_into_a_folder_of_a_unc_path(portability: Portability) -> None:
    share = {"location": r"\\files.example.com\images\new", "credential": "smb"}
    result = portability.export(share=share, format="vhd")
    assert result["file"] == {"location": "smb://files.example.com/images/new/", "name": "w11.vhd", "format": "vhd"}
    assert portability.file("new/w11.vhd").is_file()


def test_check_mode_sends_nothing(portability: Portability) -> None:
    result = portability.export(check=True)
    assert (result["changed"], result["job"]["state"]) == (True, "planned")
    assert portability.writes() == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ahv": {"prism_host": "prism"}}, "needs exactly one of ahv.disk"),
        ({"azure": SOURCES["azure"]}, "azure is given, and platform is ahv"),
        ({"file_name": "w11.vhdx"}, "without extension"),
        ({"file_name": ""}, "file_name is empty"),
        ({"release": " "}, "release is empty"),
        ({"share": {"location": "files", "credential": "smb"}}, "Give smb://host/share/"),
        ({"share": {"location": "https://files/x", "credential": "smb"}}, "Give smb://host/share/"),
        ({"platform": "azure", "ahv": None, "azure": {**SOURCES["azure"], "snapshot": "s"}}, "exactly one of"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    portability: Portability, options: dict[str, Any], message: str
) -> None:
    given = portability.export_options(**options)
    assert message in portability.ips.fails("ips_export", **{k: v for k, v in given.items() if v is not None})
    assert portability.lab.requests() == []


@pytest.mark.parametrize(("switch", "value"), ANSWERS)
def test_every_answer_that_the_service_may_give_is_understood(
    portability: Portability, switch: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{JOBS}.PATIENCE_WITH_UNKNOWN_WORD", 0.2)
    portability.behave(**{switch: value})
    options = {"record": str(tmp_path / "record.json")}
    first = portability.export(**options)
    strange = value == "succeeded"
    assert first["job"]["state"] == ("unknown" if strange else "complete")
    assert bool(first["disk_hash"]) == (switch != "hash_place" or value != "none") or switch == "artifacts"
    assert portability.export(**options)["changed"] is False
    assert len(portability.jobs()) == 1
    assert portability.ips("ips_job_info")["jobs"][0]["id"] == first["job"]["id"]


@pytest.mark.parametrize("status", [200, 201])
def test_other_statuses_of_a_start_are_understood(portability: Portability, status: int) -> None:
    portability.behave(start_status=status)
    assert portability.export()["job"]["state"] == "complete"


def test_a_running_job_is_adopted(portability: Portability, tmp_path: Path) -> None:
    record = str(tmp_path / "record.json")
    portability.hold()
    first = portability.export(wait=False, record=record)
    assert (first["job"]["state"], first["changed"]) == ("running", True)
    assert json.loads(Path(record).read_text(encoding="utf-8"))["job"] == first["job"]["id"]
    still = portability.export(wait=False)
    assert (still["adopted"], still["changed"], still["job"]["id"]) == (True, False, first["job"]["id"])
    portability.let_end()
    again = portability.export()
    assert (again["job"]["id"], again["job"]["state"], again["adopted"]) == (first["job"]["id"], "complete", True)
    assert len(portability.jobs()) == 1


def test_a_running_job_without_tags_is_adopted_and_a_complete_one_is_no_evidence(portability: Portability) -> None:
    portability.behave(job_parameters="without_tags")
    portability.hold()
    portability.export(wait=False)
    assert portability.export(wait=False)["adopted"]
    portability.let_end()
    assert not portability.export(wait=False)["adopted"]
    assert len(portability.jobs()) == 2


@pytest.mark.parametrize("change", [{"file_name": "other"}, {"release": "2"}, {"ahv": {**SOURCES["ahv"], "disk": "b"}}])
def test_other_work_is_not_adopted(portability: Portability, change: dict[str, Any]) -> None:
    portability.change("disk", platform="ahv", name="b", size_mib=4)
    portability.export()
    assert not portability.export(**change)["adopted"]
    assert len(portability.jobs()) == 2


def test_a_job_that_writes_the_same_file_is_not_disturbed(portability: Portability) -> None:
    portability.hold()
    portability.export(wait=False)
    options = portability.export_options(release="2")
    assert "of release '2026.11.20-1' is writing 'w11' now" in portability.ips.fails("ips_export", **options)
    assert len(portability.jobs()) == 1


@pytest.mark.parametrize("then", [{"drop": "after"}, {"drop": "before"}, {"status": 503, "effect": True}])
def test_a_lost_answer_starts_no_second_job(portability: Portability, then: dict[str, Any]) -> None:
    portability.lab.faults([{"endpoint": "ips", "method": "POST", "nth": 1, "then": then}])
    assert portability.export()["job"]["state"] == "complete"
    assert len(portability.jobs()) == 1


@pytest.mark.parametrize("paging", ["ignores_parameters", "refuses_parameters"])
def test_after_a_lost_answer_a_list_that_is_not_whole_proves_nothing(portability: Portability, paging: str) -> None:
    portability.change("durations", ips_queue=1e6)
    for number in range(51):
        portability.change("job", work="export", order=portability.foreign_order(f"other-{number}"))
    portability.behave(paging=paging)
    portability.lab.faults([{"endpoint": "ips", "method": "POST", "nth": 1, "then": {"drop": "before"}}])
    assert "Look with ips_job_info" in portability.ips.fails("ips_export", **portability.export_options())
    assert len(portability.jobs()) == 51


def test_after_a_lost_answer_a_job_that_tells_nothing_may_be_ours(portability: Portability) -> None:
    portability.behave(job_parameters="none")
    portability.lab.faults([{"endpoint": "ips", "method": "POST", "nth": 1, "then": {"drop": "after"}}])
    assert "Look with ips_job_info" in portability.ips.fails("ips_export", **portability.export_options())
    assert len(portability.jobs()) == 1


@pytest.mark.parametrize("place", ["error", "detail", "none"])
@pytest.mark.parametrize("word", ["failed", "error"])
def test_a_job_that_fails_is_told_and_started_anew(portability: Portability, place: str, word: str) -> None:
    portability.behave(error_place=place, failed_word=word)
    portability.change("share_size", size_mib=0)
    message = portability.ips.fails("ips_export", **portability.export_options())
    assert f"failed ({word})" in message
    assert ("not enough space" in message) == (place != "none")
    portability.change("share_size", size_mib=100)
    assert portability.export()["changed"]
    assert [job["status"] for job in portability.jobs()] == [word, "complete"]


@pytest.mark.parametrize("word", ["canceled", "cancelled", "Canceled", "aborted"])
def test_a_job_that_somebody_cancels_is_told(portability: Portability, word: str) -> None:
    portability.behave(cancelled_word=word)
    portability.lab.faults([{"endpoint": "ips", "method": "POST", "then": {"job_status": word}}])
    assert "was cancelled" in portability.ips.fails("ips_export", **portability.export_options())


def test_a_job_that_vanishes_is_unknown_and_not_failed(portability: Portability, tmp_path: Path) -> None:
    record = str(tmp_path / "record.json")
    first = portability.export(wait=False, record=record)
    portability.change("forget_job")
    result = portability.export(record=record)
    assert (result["job"]["id"], result["job"]["state"], result["changed"]) == (first["job"]["id"], "unknown", False)
    assert len(portability.jobs()) == 1
    assert portability.export(record=record, repeat=True)["job"]["state"] == "complete"
    assert len(portability.jobs()) == 2


def test_the_record_testifies_when_the_service_has_forgotten(portability: Portability, tmp_path: Path) -> None:
    record = str(tmp_path / "record.json")
    first = portability.export(record=record)
    portability.lab.skip(A_DAY + 60)
    again = portability.export(record=record)
    assert (again["changed"], again["job"]["state"], again["disk_hash"]) == (False, "complete", first["disk_hash"])
    assert portability.ips("ips_job_info")["jobs"] == []
    assert portability.export()["changed"]


def test_a_record_of_other_work_does_not_count(portability: Portability, tmp_path: Path) -> None:
    record = str(tmp_path / "record.json")
    portability.export(record=record)
    assert portability.export(record=record, release="2")["changed"]
    (tmp_path / "record.json").write_text("{", encoding="utf-8")
    assert "cannot be read" in portability.ips.fails("ips_export", **portability.export_options(record=record))


@pytest.mark.parametrize("answer", ["status", "job", "empty"])
@pytest.mark.parametrize("when", ["at_once", "later"])
def test_a_job_is_cancelled_only_when_asked(portability: Portability, answer: str, when: str) -> None:
    portability.behave(cancel_answer=answer, cancelled=when)
    portability.hold()
    portability.export(wait=False)
    assert portability.export(check=True, state="cancelled")["changed"]
    result = portability.export(state="cancelled")
    assert (result["changed"], result["job"]["state"]) == (True, "cancelled")
    assert portability.export(state="cancelled")["changed"] is False


def test_a_wait_that_is_over_cancels_nothing(portability: Portability) -> None:
    portability.change("durations", ips_transfer=1e6)
    options = portability.export_options(wait_timeout=1)
    assert "still running" in portability.ips.fails("ips_export", **options)
    assert [job["status"] for job in portability.jobs()] == ["inProgress"]


def test_tokens_end_five_times_while_a_job_runs(portability: Portability) -> None:
    portability.change("durations", ips_transfer=36000.0)
    rule = {"endpoint": "ips", "method": "GET", "path": "jobs/."}
    faults = [{**rule, "nth": number, "then": {"expire_token": True}} for number in (2, 3, 4, 5, 6)]
    # Then time flies, so that the job ends before anybody has waited long
    portability.lab.faults([*faults, {**rule, "nth": 2, "then": {"time_scale": 20000.0}}])
    assert portability.export()["job"]["state"] == "complete"
    logins = [entry for entry in portability.lab.requests() if "cctrustoauth2" in entry["path"]]
    assert len(logins) == 6


@pytest.mark.parametrize("answer", ["empty", "plan", "job"])
def test_a_dry_run_starts_nothing(portability: Portability, answer: str) -> None:
    portability.behave(dry_run=answer)
    result = portability.export(dry_run=True)
    assert (result["changed"], result["job"]["state"]) == (False, "planned")
    assert portability.jobs() == []
    options = portability.export_options(dry_run=True, credential="unknown")
    assert "Credential unknown could not be found" in portability.ips.fails("ips_export", **options)


def test_a_dry_run_that_begins_a_job_is_told(portability: Portability) -> None:
    portability.behave(dry_run="begins")
    result = portability.export(dry_run=True)
    assert (result["changed"], result["job"]["state"]) == (True, "running")
    assert "took the dry run for an order" in result["warnings"][0]


def test_a_job_that_runs_under_a_name_that_nobody_knows_is_not_started_again(
    portability: Portability, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{JOBS}.PATIENCE_WITH_UNKNOWN_WORD", 0.2)
    portability.behave(running_word="exporting")
    portability.change("durations", ips_transfer=1e6)
    portability.export(wait=False)
    for repeat in (False, True):
        result = portability.export(repeat=repeat)
        assert (result["job"]["state"], result["changed"]) == ("unknown", False)
        assert "a word that nobody knows" in result["warnings"][0]
    assert len(portability.jobs()) == 1


def test_a_job_that_worked_under_a_name_that_nobody_knows_may_be_repeated(
    portability: Portability, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{JOBS}.PATIENCE_WITH_UNKNOWN_WORD", 0.2)
    portability.behave(complete_word="succeeded")
    portability.export()
    assert portability.export(repeat=True)["changed"]
    assert len(portability.jobs()) == 2


def test_a_raw_body_stands_over_everything(portability: Portability) -> None:
    body = {"TargetDiskName": "gold", "sourcediskname": None, "tags": {"owner": "me"}, "zone": None}
    portability.export(extra_body=body)
    (job,) = portability.jobs()
    assert "sourceDiskName" not in job["order"]
    assert job["order"]["TargetDiskName"] == "gold"
    assert job["order"]["tags"]["owner"] == "me"
