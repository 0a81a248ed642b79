# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.citrix_machine_maintenance import OPERATION
from harness.desktops import Desktops
from harness.modules import run_module

MAINTENANCE = "citrix_machine_maintenance"
DESKS: dict[str, Any] = {"catalogs": [{"name": "Desks", "folder": "Prod"}]}
DRAIN = {**DESKS, "state": "drained"}
SIX = [f"CORP\\M-{number:03d}" for number in range(1, 7)]


def in_maintenance(desktops: Desktops, endpoint: str = "daas") -> list[str]:
    return sorted(machine["name"] for machine in desktops.machines(endpoint).values() if machine["in_maintenance_mode"])


def saved(path: Path) -> list[str]:
    return [entry["name"] for entry in json.loads(path.read_text(encoding="utf-8"))["drained"]]


def test_drains_and_releases_what_it_drained(desktops: Desktops, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "drained.json"
    desktops.set_machines(["M-002"], in_maintenance_mode=True)
    others = [name for name in SIX if name != "CORP\\M-002"]
    planned = desktops.daas(MAINTENANCE, check=True, **DRAIN, saved_path=str(path))
    assert (planned["changed"], planned["switched"]) == (True, others)
    assert [machine["action"] for machine in planned["machines"]] == ["would_change", "right", *["would_change"] * 4]
    assert desktops.writes() == []
    assert not path.exists()
    result = desktops.daas(MAINTENANCE, **DRAIN, saved_path=str(path))
    assert (result["changed"], result["switched"], result["sessions"], saved(path)) == (True, others, [], others)
    assert (
        result["diff"]
        == planned["diff"]
        == {
            "before": {"maintenance_mode": dict.fromkeys(others, False)},
            "after": {"maintenance_mode": dict.fromkeys(others, True)},
        }
    )
    assert [piece["phase"] for piece in result["timeline"]] == ["drain"]
    assert in_maintenance(desktops) == SIX
    desktops.lab.forget()
    assert desktops.daas(MAINTENANCE, **DRAIN, saved_path=str(path))["changed"] is False
    assert desktops.daas(MAINTENANCE, check=True, state="released", saved_path=str(path))["switched"] == others
    assert desktops.writes() == []
    assert saved(path) == others
    back = desktops.daas(MAINTENANCE, state="released", saved_path=str(path))
    assert (back["changed"], back["switched"]) == (True, others)
    assert [piece["phase"] for piece in back["timeline"]] == ["release"]
    assert in_maintenance(desktops) == ["CORP\\M-002"]
    assert saved(path) == []
    desktops.lab.forget()
    assert desktops.daas(MAINTENANCE, state="released", saved_path=str(path))["changed"] is False
    assert desktops.writes() == []


def test_a_silent_site_leaves_those_whom_the_file_lists_named(desktops: Desktops, tmp_path: Path) -> None:
    path = tmp_path / "drained.json"
    desktops.daas(MAINTENANCE, state="drained", machines=["M-001"], saved_path=str(path))
    silent = {**desktops.daas.options, "hostname": "127.0.0.1:1"}
    told = run_module(MAINTENANCE, {**silent, "state": "released", "saved_path": str(path)}, True)
    assert (told["failed"], told["still_drained"]) == (True, ["CORP\\M-001"])


def test_release_of_a_whole_scope_on_premises(desktops: Desktops) -> None:
    scope = {"machines": ["l-001", "CORP\\L-002"]}
    assert desktops.cvad(MAINTENANCE, state="drained", **scope)["changed"] is True
    assert in_maintenance(desktops, "cvad") == ["CORP\\L-001", "CORP\\L-002"]
    assert desktops.cvad(MAINTENANCE, state="released", machines=["L-001", "gone"])["switched"] == ["CORP\\L-001"]
    assert desktops.cvad(MAINTENANCE, state="released", **scope)["switched"] == ["CORP\\L-002"]
    assert desktops.cvad(MAINTENANCE, state="released", **scope)["changed"] is False


def test_the_file_keeps_what_other_runs_saved_and_gives_back_only_the_scope(desktops: Desktops, tmp_path: Path) -> None:
    path = tmp_path / "drained.json"
    desktops.daas(MAINTENANCE, state="drained", machines=["M-001"], saved_path=str(path))
    desktops.daas(MAINTENANCE, state="drained", machines=["M-002", "L-001"], saved_path=str(path))
    assert saved(path) == ["CORP\\L-001", "CORP\\M-001", "CORP\\M-002"]
    told = desktops.daas(MAINTENANCE, state="released", saved_path=str(path), machines=["M-002", "M-003", "nobody"])
    assert told["switched"] == ["CORP\\M-002"]
    assert (saved(path), in_maintenance(desktops)) == (["CORP\\L-001", "CORP\\M-001"], ["CORP\\L-001", "CORP\\M-001"])
    assert desktops.daas(MAINTENANCE, state="released", saved_path=str(path), machines=[])["changed"] is False
    # Taken out by an administrator meanwhile, and put in again later by the same: not ours any more
    desktops.set_machines(["M-001"], in_maintenance_mode=False)
    desktops.daas(MAINTENANCE, state="released", saved_path=str(path), exclude=["L-001"])
    desktops.set_machines(["M-001"], in_maintenance_mode=True)
    assert saved(path) == ["CORP\\L-001"]
    desktops.change("delete_machine", machine="L-001")
    assert desktops.daas(MAINTENANCE, state="released", saved_path=str(path))["changed"] is False
    assert in_maintenance(desktops) == ["CORP\\M-001"]
    assert saved(path) == []


def test_machines_that_another_drain_left_are_refused(desktops: Desktops, tmp_path: Path) -> None:
    theirs, ours = str(tmp_path / "theirs.json"), str(tmp_path / "ours.json")
    desktops.cvad(MAINTENANCE, state="drained", machines=["L-001"], saved_path=str(tmp_path / "site.json"))
    desktops.daas(MAINTENANCE, state="drained", machines=["M-002"], saved_path=theirs)
    desktops.lab.forget()
    doubting = {**DRAIN, "saved_path": ours, "accept_maintenance": False}
    others = [theirs, str(tmp_path / "site.json"), str(tmp_path / "not there.json")]
    for check in (True, False):
        told = desktops.daas.fails(MAINTENANCE, check=check, **doubting, other_saved_paths=others)
        assert f"another move drained 1 machine (CORP\\M-002), as {theirs} says" in told.replace("'", "")
    assert desktops.writes() == []
    desktops.daas(MAINTENANCE, state="released", saved_path=theirs)
    assert desktops.daas(MAINTENANCE, **doubting, other_saved_paths=others)["switched"] == SIX


def test_half_of_all_machines_in_maintenance_mode_are_doubted_until_a_file_knows_them(
    desktops: Desktops, tmp_path: Path
) -> None:
    doubting = {**DRAIN, "saved_path": str(tmp_path / "ours.json"), "accept_maintenance": False}
    desktops.set_machines(["M-001", "M-002", "M-003"], in_maintenance_mode=True)
    told = desktops.daas.fails(MAINTENANCE, **doubting)
    assert all(word in told for word in ("3 machines", "CORP\\M-003", "dr_directory"))
    assert desktops.writes() == []
    desktops.set_machines(["M-003"], in_maintenance_mode=False)
    assert desktops.daas(MAINTENANCE, **doubting)["in_maintenance_before"] == SIX[:2]
    assert desktops.daas(MAINTENANCE, **doubting)["changed"] is False
    assert desktops.daas(MAINTENANCE, **{**doubting, "accept_maintenance": True})["changed"] is False


def test_files_that_are_not_ours_are_refused(desktops: Desktops, tmp_path: Path) -> None:
    path = tmp_path / "drained.json"
    desktops.cvad(MAINTENANCE, state="drained", machines=["L-001"], saved_path=str(path))
    desktops.lab.forget()
    for arguments in ({**DRAIN}, {"state": "released"}):
        assert "it belongs to the site 'cvad" in desktops.daas.fails(
            MAINTENANCE, **arguments, saved_path=str(path)
        ).replace("cloudxdsite", "")
    for text in ("no JSON", "[]", '{"format": 1, "drained": 5}'):
        path.write_text(text, encoding="utf-8")
        assert f"{path} cannot be used" in desktops.daas.fails(MAINTENANCE, **DRAIN, saved_path=str(path))
    unwritable = path / "below a file"
    assert "cannot be" in desktops.daas.fails(MAINTENANCE, **DRAIN, saved_path=str(unwritable))
    assert desktops.writes() == []


def test_waits_until_users_have_gone(desktops: Desktops) -> None:
    desktops.set_machines(["M-001", "M-004"], sessions=1, session_user="CORP\\anna")
    told = run_module(MAINTENANCE, {**desktops.daas.options, **DRAIN, "wait_timeout": 1})
    assert told["failed"]
    assert (
        "2 machines still have sessions after 1 s: CORP\\M-001 (CORP\\anna, Active), CORP\\M-004 (CORP\\anna, Active)."
        " Nobody was logged off" in told["msg"]
    )
    assert told["sessions"][0] == {"machine": "CORP\\M-001", "user": "CORP\\anna", "state": "Active", "sessions": 1}
    assert in_maintenance(desktops) == SIX
    assert told["switched"] == SIX
    desktops.set_machines(["M-004"], sessions=2, session_disconnected=True)
    looked = desktops.daas(MAINTENANCE, check=True, **DRAIN)
    assert (looked["changed"], [each["state"] for each in looked["sessions"]]) == (False, ["Active", "Disconnected"])
    ignored = desktops.daas(MAINTENANCE, **DRAIN, sessions="ignore")
    assert (ignored["changed"], len(ignored["sessions"]), ignored["sessions"][1]["sessions"]) == (False, 2, 2)
    desktops.set_machines(["M-001", "M-004"], sessions=0)
    assert desktops.daas(MAINTENANCE, **DRAIN, wait_timeout=1)["sessions"] == []


def test_goes_on_when_the_last_user_leaves(desktops: Desktops) -> None:
    desktops.set_machines(["M-001"], sessions=1, session_user="CORP\\anna")
    desktops.change("delete_machine", machine="M-001", after=300.0)
    result = desktops.daas(MAINTENANCE, **DRAIN, wait_timeout=60)
    assert (result["changed"], result["sessions"]) == (True, [])


def test_sessions_may_be_a_reason_not_to_begin(desktops: Desktops) -> None:
    desktops.set_machines(["M-001"], sessions=1, session_user="CORP\\anna")
    for check in (True, False):
        told = desktops.daas.fails(MAINTENANCE, check=check, **DRAIN, sessions="fail")
        assert (
            "refused, because 1 machines have sessions: CORP\\M-001 (CORP\\anna, Active). Nothing was changed" in told
        )
    assert desktops.writes() == []
    assert desktops.daas(MAINTENANCE, **DRAIN, sessions="fail", exclude=["M-001"])["changed"] is True


def test_machines_of_no_delivery_group(desktops: Desktops) -> None:
    desktops.set_machines(["X-001"], sessions=1, session_user="CORP\\anna")
    desktops.set_machines(["X-002"], in_maintenance_mode=True)
    loose = {"catalogs": [{"name": "Loose"}]}
    assert "1 machines still have sessions" in desktops.daas.fails(
        MAINTENANCE, state="drained", **loose, wait_timeout=0
    )
    result = desktops.daas(MAINTENANCE, state="drained", **loose, sessions="ignore")
    assert (result["changed"], result["without_delivery_group"]) == (False, ["CORP\\X-001", "CORP\\X-002"])
    assert desktops.writes() == []
    desktops.fault("/Machines/", {"status": 400, "body": {"detail": "Not in a delivery group"}}, method="PATCH", nth=1)
    told = desktops.daas(MAINTENANCE, state="released", **loose)
    assert (told["changed"], told["failures"][0]["name"]) == (False, "CORP\\X-002")
    assert "1 machines without a delivery group stay in maintenance mode" in str(told["warnings"])
    assert desktops.daas(MAINTENANCE, state="released", **loose)["switched"] == ["CORP\\X-002"]


def test_what_cannot_be_switched_fails_and_is_not_saved(desktops: Desktops, tmp_path: Path) -> None:
    path = tmp_path / "drained.json"
    third = desktops.machines()["M-003"]["id"]
    desktops.fault(f"/Machines/{third}", {"status": 403, "body": {"detail": "Out of your scope"}}, method="PATCH")
    arguments = {**DRAIN, "saved_path": str(path), "write_by": "single"}
    told = run_module(MAINTENANCE, {**desktops.daas.options, **arguments})
    assert "could not be switched on for 1 of 6 machines. CORP\\M-003: " in told["msg"]
    assert "Out of your scope" in told["failures"][0]["reason"]
    assert [machine["action"] for machine in told["machines"]] == [
        "changed",
        "changed",
        "failed",
        "changed",
        "changed",
        "changed",
    ]
    assert "CORP\\M-003" not in saved(path)
    desktops.lab.clear_faults()
    assert desktops.daas(MAINTENANCE, **arguments)["switched"] == ["CORP\\M-003"]
    assert saved(path) == SIX
    desktops.fault(f"/Machines/{third}", {"status": 403, "body": {"detail": "Out of your scope"}}, method="PATCH")
    back = {"state": "released", "saved_path": str(path), "write_by": "single"}
    assert "could not be switched off for 1 of 6 machines" in desktops.daas.fails(MAINTENANCE, **back)
    assert saved(path) == ["CORP\\M-003"]
    desktops.lab.clear_faults()
    assert desktops.daas(MAINTENANCE, **back)["switched"] == ["CORP\\M-003"]
    assert saved(path) == []


def test_a_run_that_died_after_switching_has_noted_it(desktops: Desktops, tmp_path: Path) -> None:
    path = tmp_path / "drained.json"
    # Everything was switched, and the look that follows is never answered
    desktops.fault("/Machines", {"status": 403, "body": {"detail": "Locked out"}}, method="GET", nth=2, times=50)
    assert "Locked out" in desktops.daas.fails(MAINTENANCE, **DRAIN, saved_path=str(path))
    desktops.lab.clear_faults()
    assert in_maintenance(desktops) == saved(path) == SIX
    assert desktops.daas(MAINTENANCE, **DRAIN, saved_path=str(path))["changed"] is False
    assert desktops.daas(MAINTENANCE, state="released", saved_path=str(path))["switched"] == SIX


def test_a_machine_that_vanishes_is_told(desktops: Desktops, tmp_path: Path) -> None:
    path = tmp_path / "drained.json"
    gone = desktops.machines()["M-001"]["id"]
    desktops.fault(f"/Machines/{gone}", {"status": 404})
    told = desktops.daas(MAINTENANCE, **DRAIN, saved_path=str(path), write_by="single")
    assert told["vanished"] == ["CORP\\M-001"]
    assert "1 machines went away meanwhile: CORP" in str(told["warnings"])
    assert saved(path) == SIX[1:]


def test_wrong_names_tell_near_ones(desktops: Desktops) -> None:
    told = desktops.daas.fails(MAINTENANCE, state="drained", machines=["M-001", "M-0001", "CORP\\L-0002"])
    assert "there is no machine 'M-0001', 'CORP\\L-0002'. Near names are 'M-001'" in told
    assert "Near names are 'CORP\\L-002'" in told
    assert "there is no catalog 'Desk'. Near names" in desktops.daas.fails(
        MAINTENANCE, state="drained", catalogs=[{"name": "Desk"}]
    )
    assert "state is drained but any of the following are missing" in desktops.daas.fails(
        MAINTENANCE, state="drained", saved_path="x.json"
    )
    assert "one of the following is required" in desktops.daas.fails(MAINTENANCE, state="released")
    assert desktops.writes() == []


@pytest.mark.parametrize("write_by", ["batch", "single"])
@pytest.mark.parametrize(
    "then",
    [{"status": 503}, {"drop": "before"}, {"drop": "after"}, {"expire_token": True}],
    ids=lambda then: "-".join(map(str, *then.items())),
)
def test_one_bad_answer_to_a_write_does_not_matter(
    desktops: Desktops, tmp_path: Path, write_by: str, then: dict[str, Any]
) -> None:
    path = tmp_path / "drained.json"
    for arguments, method, expected in ((DRAIN, "POST|PATCH", SIX), ({"state": "released"}, "POST|PATCH", [])):
        desktops.fault(
            r"/\$batch" if write_by == "batch" else "/Machines/",
            then,
            method=method.partition("|")[0 if write_by == "batch" else 2],
            nth=1,
        )
        assert desktops.daas(MAINTENANCE, **arguments, saved_path=str(path), write_by=write_by)["changed"] is True
        assert in_maintenance(desktops) == expected
    assert saved(path) == []


@pytest.mark.parametrize("path", ["/Me", "/MachineCatalogs", "/Machines", "/Jobs"])
def test_the_token_may_expire_at_any_request(desktops: Desktops, path: str) -> None:
    desktops.fault(path, {"expire_token": True}, nth=1)
    assert desktops.daas(MAINTENANCE, **DRAIN)["switched"] == SIX


@pytest.mark.parametrize(
    "switch",
    [
        {"unasked_fields": "null"},
        {"batch_inherits_authorization": True},
        {"batch_item_limit": 4},
        {"location_host": "gateway.invalid"},
        {"new_job_hidden_seconds": 200},
        {"controllers": 2},
        {"error_shape": "b"},
        {"not_found": 500},
        {"limit_above_1000": "clamp"},
    ],
)
def test_switches(desktops: Desktops, switch: dict[str, Any]) -> None:
    desktops.behave(**switch)
    assert desktops.daas(MAINTENANCE, **DRAIN)["switched"] == SIX
    assert desktops.daas(MAINTENANCE, **DRAIN)["changed"] is False
    assert desktops.daas(MAINTENANCE, **DESKS, state="released")["switched"] == SIX


def test_more_than_a_thousand_machines(desktops: Desktops, tmp_path: Path) -> None:
    path = tmp_path / "drained.json"
    desktops.change(
        "catalog",
        name="Large",
        hypervisor="conn-a",
        provisioning_type="Manual",
        machines=1100,
        machine_prefix="B-{n:05d}",
        sessions=30,
    )
    large = {"catalogs": [{"name": "Large"}], "saved_path": str(path)}
    told = run_module(MAINTENANCE, {**desktops.daas.options, **large, "state": "drained", "wait_timeout": 0})
    assert "30 machines still have sessions after 0 s: " in told["msg"]
    assert "and 10 more." in told["msg"]
    assert (len(told["switched"]), len(told["sessions"]), len(saved(path))) == (1100, 30, 1100)
    assert len(desktops.writes()) == 11
    assert len(desktops.daas(MAINTENANCE, state="released", saved_path=str(path))["switched"]) == 1100
    assert in_maintenance(desktops) == []


def test_two_runs_with_one_file_do_not_forget_each_others_machines(desktops: Desktops, tmp_path: Path) -> None:
    path = tmp_path / "drained.json"
    labs = {"state": "drained", "catalogs": [{"name": "Labs"}], "saved_path": str(path)}
    desktops.daas(MAINTENANCE, **DRAIN, saved_path=str(path))
    drained: list[dict[str, Any]] = []

    def drain_meanwhile(_line: str) -> None:
        if not drained:
            drained.append({})
            drained.append(desktops.daas(MAINTENANCE, **labs))

    arguments = {**desktops.daas.options, "state": "released", "saved_path": str(path)}
    checked = (
        ModuleArgumentSpecValidator(dict(OPERATION.arguments), **OPERATION.rules())
        .validate(arguments)
        .validated_parameters
    )
    assert OPERATION.carry_out(checked, Reporter(progress=drain_meanwhile))["switched"] == SIX
    assert saved(path) == drained[1]["switched"] == in_maintenance(desktops)


def test_a_machine_is_drained_whose_vm_has_another_name(desktops: Desktops) -> None:
    uuid = desktops.machines()["M-001"]["hosted_machine_id"]
    desktops.set_machines(["M-002"], hosted_machine_id=uuid)
    desktops.daas("citrix_hosting_connection_reset", names=["conn-a"], machines=["M-002"], force=True, settle_timeout=0)
    assert desktops.daas(MAINTENANCE, state="drained", vm_names=["M-001"])["switched"] == SIX[:2]


def test_a_delivery_group_without_machines_is_told(desktops: Desktops) -> None:
    arguments = {**desktops.daas.options, "state": "drained", "delivery_groups": ["Desk"]}
    checked = (
        ModuleArgumentSpecValidator(dict(OPERATION.arguments), **OPERATION.rules())
        .validate(arguments)
        .validated_parameters
    )
    reporter = Reporter(check=True)
    assert OPERATION.carry_out(checked, reporter)["machines"] == []
    assert any("no machine is in the delivery group 'Desk'" in warning for warning in reporter.warnings)
