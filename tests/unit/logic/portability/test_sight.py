# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a look at a target says, and what became of it, from results as the role registers them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.sight import sight, target_outcome
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.stages import marks_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.wiring import (
    file_in_share,
    on_platform,
    prepare_options,
    publish_options,
)

MARKS = marks_of("W11", "1")
TARGET = {"platform": "azure", "credential": "azure", "prepare": {"region": "westeurope"}}
PVS = {**TARGET, "publish": {"share": {"location": "smb://pvs/store/", "credential": "pvs"}}}
FILE = {"exists": True, "name": "W11.vhdx", "size_bytes": 5, "problems": []}
WALLET = {"credentials": [{"id": "azure"}, {"id": "pvs"}]}
UPLOADED = {"id": "d-1", "name": "W11-1-uploaded", "state": "complete", "tags": {**MARKS, "md5": "a" * 32}}
PREPARED = {"id": "d-2", "name": "W11-1", "state": "complete", "tags": MARKS, "kind": "disk"}
JOB = {"id": "j-1", "status": "complete", "state": "complete"}
MADE = {"changed": True, "job": JOB, "output": {"name": "W11-1", "kind": "disk"}}


def look(workflow: str = "pvs_to_mcs", target: Any = TARGET, **answers: Any) -> dict[str, Any]:
    return sight({"credentials": WALLET, "file": FILE, **answers}, target, workflow, "W11", "1")


def states(outcome: dict[str, Any]) -> list[str]:
    return [stage["state"] for stage in outcome["stages"]]


def disks(*of: dict[str, Any]) -> dict[str, Any]:
    return {"disks": list(of)}


@pytest.mark.parametrize(
    ("answers", "remaining"),
    [
        ({}, ["upload", "prepare"]),
        ({"uploaded": disks(UPLOADED)}, ["prepare"]),
        ({"uploaded": disks(UPLOADED), "prepared": disks(PREPARED)}, []),
        # Whoever removed the upload does not want it again
        ({"prepared": disks(PREPARED)}, []),
        (
            {"prepared": disks(PREPARED), "jobs": {"jobs": [{"state": "running", "parameters": {"x": "W11-1"}}]}},
            ["upload", "prepare"],
        ),
    ],
)
def test_what_remains(answers: dict[str, Any], remaining: list[str]) -> None:
    seen = look(**answers)
    assert (seen["remaining"], seen["unfit"]) == (remaining, [])


def test_a_disk_of_somebody_else_stands_in_the_way() -> None:
    (told,) = look(prepared=disks({**PREPARED, "tags": {}}))["unfit"]
    assert "'W11-1' is there and does not bear the marks of this release" in told


def test_credentials_that_the_wallet_lacks_are_missed_only_where_something_remains() -> None:
    (told,) = look(credentials={"credentials": []})["unfit"]
    assert told == "The wallet of the service has no credential 'azure': make it with ips_credential."
    assert look(credentials={"credentials": []}, prepared=disks(PREPARED))["unfit"] == []


@pytest.mark.parametrize(
    ("wallet", "words"),
    [
        ({"azure": "Aws"}, "The platform azure needs a credential of the type Azure, and 'azure' is of the type Aws."),
        ({"pvs": "Azure"}, "A share needs a credential of the type UsernamePassword, and 'pvs' is of the type Azure."),
        ({"prism": "Gcp"}, "The platform ahv needs a credential of the type UsernamePassword, and 'prism' is of the"),
    ],
)
def test_a_credential_of_another_type_stands_in_the_way(wallet: dict[str, str], words: str) -> None:
    types = {"azure": "Azure", "pvs": "UsernamePassword", "prism": "UsernamePassword", **wallet}
    credentials = {"credentials": [{"id": name, "type": kind} for name, kind in types.items()]}
    wanted = [["prism", "ahv"], ["pvs", ""]]
    (told,) = look("mcs_to_pvs", PVS, credentials=credentials, export_credentials=wanted)["unfit"]
    assert told.startswith(words)


def test_an_upload_of_another_source_is_not_what_is_wanted() -> None:
    of_gold = disks({**UPLOADED, "tags": {**UPLOADED["tags"], "source": "W11-gold"}})
    for source in ("W11-gold", ""):
        assert look(uploaded=of_gold, source=source)["unfit"] == []
    assert look(uploaded=disks(UPLOADED), source="W11-gold")["unfit"] == []
    (told,) = look(uploaded=of_gold, prepared=disks(PREPARED), source="W11-other")["unfit"]
    assert "was made of 'W11-gold', and this run names 'W11-other' as source" in told


def test_an_image_that_was_prepared_for_mcs_is_none_for_citrix_provisioning() -> None:
    for_mcs = {**PREPARED, "tags": {**MARKS, "provisioning_type": "mcs"}}
    assert look(prepared=disks(for_mcs))["remaining"] == []
    seen = look("pvs_to_pvs", PVS, prepared=disks(for_mcs))
    assert seen["remaining"] == ["upload", "prepare", "publish"]
    assert "'W11-1' is there and was prepared for mcs, not for pvs" in seen["unfit"][0]


@pytest.mark.parametrize(
    ("workflow", "file", "words"),
    [
        ("pvs_to_mcs", {"exists": False}, "The vDisk that image_portability_share names is not in the share."),
        ("pvs_to_mcs", {**FILE, "problems": ["it is cut"]}, "W11.vhdx cannot be used: it is cut."),
        ("pvs_to_mcs", {"failed": True, "msg": "no route"}, "no route"),
        ("pvs_to_mcs", {**FILE, "size_bytes": 11}, "has 10 B free, and W11.vhdx holds 11 B."),
        ("mcs_to_mcs", {"exists": False}, ""),
        ("mcs_to_mcs", {"failed": True, "msg": "no route"}, "no route"),
        ("mcs_to_mcs", FILE, ""),
    ],
)
def test_the_file_is_looked_at_before_hours_are_spent(workflow: str, file: dict[str, Any], words: str) -> None:
    assert words in " ".join(look(workflow, file=file, room=10)["unfit"])
    assert bool(look(workflow, file=file, room="10")["unfit"]) == bool(words)
    # Nobody needs it any more
    assert look(workflow, file=file, room=10, uploaded=disks(UPLOADED))["unfit"] == []


def test_a_published_file_counts_by_its_job_or_by_what_an_earlier_run_knows() -> None:
    file = {"exists": True, "name": "W11-1.vhdx", "size_bytes": 5, "problems": []}
    there = {"published": file, "prepared": disks(PREPARED)}
    assert look("pvs_to_pvs", PVS, **there)["remaining"] == ["publish"]
    assert "nothing says who made it" in look("pvs_to_pvs", PVS, **there)["unfit"][0]
    assert look("pvs_to_pvs", PVS, **there, publication={"job": JOB})["remaining"] == []
    assert look("pvs_to_pvs", PVS, **there, known={"size_bytes": 5})["remaining"] == []


def test_a_target_that_got_everything() -> None:
    upload = {"changed": True, "disk": UPLOADED, "md5": "a" * 32, "sent_bytes": 1}
    results = {"upload": upload, "prepare": {**MADE, "job": {**JOB, "artifacts": {"x": ["ami-1"]}}}}
    told = target_outcome(look(), results, TARGET, {"prepared": disks(PREPARED)}, {})
    assert states(told) == ["made", "made"]
    assert told["prepared"] == {"name": "W11-1", "id": "d-2", "kind": "disk", "image_id": "ami-1"}
    assert [stage["note"] for stage in told["stages"]] == ["", ""]


def test_a_target_that_had_everything() -> None:
    told = target_outcome(look(prepared=disks(PREPARED)), {}, TARGET, {}, {})
    assert states(told) == ["not needed", "there"]
    assert told["prepared"]["id"] == "d-2"


def test_what_a_job_says_it_made_and_nobody_saw_is_told() -> None:
    seen = look(uploaded=disks(UPLOADED))
    told = target_outcome(seen, {"prepare": MADE}, TARGET, {"prepared": disks()}, {})
    assert states(told) == ["there", "made"]
    assert "is complete, and what it made was not seen" in told["stages"][1]["note"]


def test_a_job_that_vanished_counts_when_what_it_made_is_seen() -> None:
    seen = look(uploaded=disks(UPLOADED))
    gone = {"changed": False, "job": {"id": "j-1", "state": "unknown"}}
    assert states(target_outcome(seen, {"prepare": gone}, TARGET, {"prepared": disks(PREPARED)}, {}))[1] == "there"
    told = target_outcome(seen, {"prepare": gone}, TARGET, {"prepared": disks()}, {})
    assert (states(told)[1], told["prepared"]) == ("unknown", {})


def test_a_plan_goes_on_where_nothing_can_be_asked_yet() -> None:
    seen = look("mcs_to_pvs", PVS)
    assert states(target_outcome(seen, {}, PVS, {}, {"state": "planned"})) == ["planned", "planned", "planned"]
    upload = {"changed": True, "disk": None}
    assert states(target_outcome(seen, {"upload": upload}, PVS, {}, {"state": "there"})) == ["planned"] * 3


def test_what_was_not_reached_behind_a_failure() -> None:
    seen = look("mcs_to_pvs", PVS)
    upload = {"failed": True, "msg": "no room"}
    told = target_outcome(seen, {"upload": upload}, PVS, {}, {"state": "made"})
    assert states(told) == ["failed", "not reached", "not reached"]
    assert states(target_outcome(seen, {}, PVS, {}, {"state": "failed"})) == ["not reached"] * 3


def exported(md5: str, size: int = 5) -> dict[str, Any]:
    return {"state": "made", "md5": md5, "file": {"virtual_size_bytes": size}}


def test_hashes_of_export_and_upload_have_to_be_one() -> None:
    disk = {**UPLOADED, "size_bytes": 5}
    upload = {"changed": True, "disk": disk, "md5": "a" * 32}
    for md5, state in (("A" * 32, "made"), ("b" * 32, "failed"), ("b" * 64, "made"), ("", "made")):
        told = target_outcome(look(), {"upload": upload}, TARGET, {}, exported(md5))
        assert told["stages"][0]["state"] == state
    for other in ({"compare": False, "export": exported("b" * 32)}, {"export": exported("b" * 32, size=4)}):
        told = target_outcome(look(), {"upload": upload}, TARGET, {}, **other)
        assert told["stages"][0]["state"] == "made"
    # The next run uploads nothing, and reads the hash from the marks
    seen = look(uploaded=disks(disk))
    assert states(target_outcome(seen, {}, TARGET, {}, exported("b" * 32)))[0] == "failed"


@pytest.mark.parametrize(
    ("platform", "option", "key"),
    [
        ("azure", "disk", "name"),
        ("aws", "snapshot", "id"),
        ("gcp", "image", "name"),
        ("ahv", "disk", "name"),
        ("xenserver", "disk", "id"),
    ],
)
def test_a_job_reads_what_the_stage_before_made(platform: str, option: str, key: str) -> None:
    target = {"platform": platform, "prepare": {"create_ami": True}}
    assert prepare_options(target, UPLOADED) == {platform: {"create_ami": True, option: UPLOADED[key]}}
    assert publish_options(target, PREPARED) == {platform: {option: PREPARED[key]}}


def test_a_snapshot_of_azure_is_published_as_one() -> None:
    snapshot = {**PREPARED, "kind": "snapshot"}
    assert publish_options(PVS, snapshot) == {"azure": {"region": "westeurope", "snapshot": "W11-1"}}


def test_how_the_controller_reaches_a_share() -> None:
    assert file_in_share({"path": "/mnt/ips/"}, "W11") == {"path": "/mnt/ips/W11"}
    smb = {"server": "files", "share": "ips"}
    assert file_in_share({"smb": smb}, "W11") == {"smb": {**smb, "path": "W11"}}
    account = {"username": "u", "password": "p"}
    assert file_in_share({"smb": smb}, "W11", account) == {"smb": {**smb, **account, "path": "W11"}}
    assert file_in_share({"smb": {**smb, "path": "/a/"}}, "W11") == {"smb": {**smb, "path": "a/W11"}}


def test_options_stand_below_the_one_platform() -> None:
    assert on_platform({"host": "vcenter"}, "vsphere") == {"vsphere": {"host": "vcenter"}}
    with pytest.raises(ValueError, match="'azurerm' is none of azure, aws, gcp, ahv, xenserver, vsphere"):
        on_platform({}, "azurerm")
