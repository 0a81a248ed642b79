# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.figures import counts, oldest_data
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judgement import (
    MOST_TOLD,
    Finding,
    Judgement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.judging import judge
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.machines import unexpected_vms
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import IGNORE, MODES, WARN, Move
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.sentences import on_screen, sentences
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.timeline import (
    phases_as_dicts,
    phases_of,
    recovery_seconds,
    steps_as_dicts,
    steps_from_dicts,
    steps_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.words import TROUBLES
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from harness.moves import BEGAN, WAYS, failed_over, hosted, hosting, powered, proof, site, stuck, took


def move(mode: str = "unplanned", check: bool = False, **given: Any) -> Move:
    return Move(move="m1", mode=mode, check=check, **{**WAYS, **given})


def judged(mode: str = "unplanned", check: bool = False, **given: Any) -> Judgement:
    """Without the reminder that the lost side comes back some day: it belongs to every unplanned failover, and has a
    test of its own."""
    judgement = judge(move(mode, check, **given))
    judgement.findings = [finding for finding in judgement.findings if finding.kind != "old side"]
    return judgement


def rows(judgement: Judgement) -> dict[tuple[str, str], tuple[str, str]]:
    return {(row.where, row.what): (row.result, row.detail) for row in judgement.rows}


def texts(findings: list[Finding]) -> list[str]:
    return [f"{finding.where}: {finding.text}" for finding in findings]


DRAINED = {
    "changed": True,
    "switched": ["CORP\\W11-0"],
    "machines": [{"name": "CORP\\W11-0", "maintenance_mode": True}],
}
WHOLE = {
    "failovers": {"PD-W11": failed_over()},
    "power": powered(),
    "sites": {"daas": site(hosted(0), hosted(1, "right"))},
}


def test_a_whole_move_is_complete() -> None:
    judgement = judged(**WHOLE)
    assert judgement.findings == []
    assert rows(judgement) == {
        ("cluster-b", "PD-W11"): ("activated", "data 26 min old, 2 VMs"),
        ("cluster-b", "VMs"): ("powered on", "2 of 2"),
        ("daas", "catalog W11"): ("1 re-hosted, 1 right", "registered 2 of 2"),
        ("daas", "proof"): ("proven", "registered 2 of 2"),
    }
    assert all(row.settled for row in judgement.rows)


@pytest.mark.parametrize(
    ("mode", "result", "row"),
    [
        ("planned", failed_over("migrated"), ("cluster-b", "migrated", "no data lost, 2 VMs")),
        ("unplanned", failed_over(data_age_seconds=93600, vms=1), ("cluster-b", "activated", "data 26 h old, 1 VM")),
        (
            "unplanned",
            failed_over(data_age_seconds=None),
            ("cluster-b", "activated", "age of the data not known, 2 VMs"),
        ),
        (
            "unplanned",
            failed_over(changed=False, data_age_seconds=None, timeline=None),
            ("cluster-b", "was there already", "2 VMs"),
        ),
        # Of an earlier run: this one has only powered its VMs on
        (
            "unplanned",
            failed_over(data_age_seconds=None, snapshot=None, timeline=took("power", 10, 20)),
            ("cluster-b", "was there already", "2 VMs"),
        ),
        ("failback", failed_over("deactivated", vms=0), ("cluster-a", "deactivated", "")),
        ("failback", failed_over("deactivated", vms=0, changed=False), ("cluster-a", "was inactive already", "")),
        ("planned", {"skipped": True, "changed": False}, ("cluster-b", "left out", "")),
    ],
)
def test_protection_domain_that_is_where_it_should_be(
    mode: str, result: dict[str, Any], row: tuple[str, str, str]
) -> None:
    judgement = judged(mode, failovers={"PD-W11": result}, power={"skipped": True})
    assert [(told.where, told.result, told.detail) for told in judgement.rows] == [row]
    assert judgement.problems == []


def test_what_is_remarked_of_a_machine_is_told_once_it_is_re_hosted() -> None:
    machines = [hosted(0, remark="it was on AHV-OLD"), hosted(1, "right", remark="it was on AHV-OLD")]
    judgement = judged("planned", **{**WHOLE, "sites": {"daas": site(*machines)}})
    assert texts(judgement.findings) == ["daas: CORP\\W11-0: it was on AHV-OLD"]
    assert judgement.problems == []


def test_snapshot_that_was_wished_too_late_is_told() -> None:
    result = failed_over(changed=False, data_age_seconds=None, timeline=None, snapshot_not_used="SITE-A:7")
    judgement = judged("unplanned", failovers={"PD-W11": result}, power={"skipped": True})
    assert judgement.problems == []
    assert [note.sentence for note in judgement.notes] == [
        "cluster-b: PD-W11 was active on cluster-b before, so that this run did not activate it from snapshot SITE-A:7"
    ]


@pytest.mark.parametrize(
    ("result", "check", "problem"),
    [
        ({}, False, "cluster-b: PD-W11 was not failed over: the run ended before"),
        (None, False, "cluster-b: PD-W11 was not failed over: the run ended before"),
        # A plan made before anything was touched, and nothing after it
        (failed_over(timeline=[]), False, "cluster-b: PD-W11 was not failed over: the run ended before"),
        (
            {"failed": True, "msg": "it has pending replications."},
            False,
            "cluster-b: PD-W11 was not activated: it has pending replications",
        ),
        ({"failed": True, "msg": "refused"}, True, "cluster-b: PD-W11 cannot be activated: refused"),
        (
            {"failed": False, "failed_when_result": False, "msg": "refused"},
            True,
            "cluster-b: PD-W11 cannot be activated: refused",
        ),
        (failed_over(active=False), False, "cluster-b: PD-W11 is not active on cluster-b, although it was activated"),
        (
            failed_over("deactivated", active=True),
            False,
            "cluster-a: PD-W11 is still active on cluster-a, although it was deactivated",
        ),
        (
            failed_over(missing_vms=[{"name": "W11-9", "uuid": "vm-9"}]),
            False,
            "cluster-b: W11-9 was a VM of PD-W11 but is not in the snapshot that was activated: it is lost",
        ),
        (
            failed_over(missing_vms=["W11-9"], timeline=[]),
            True,
            "cluster-b: W11-9 was a VM of PD-W11 but is not in the snapshot that would be activated: it would be lost",
        ),
        (
            failed_over("migrated", missing_vms=["W11-9"]),
            False,
            "cluster-b: W11-9 is listed in PD-W11, but there is no such VM",
        ),
    ],
)
def test_protection_domain_that_is_not(result: Any, check: bool, problem: str) -> None:
    judgement = judged(check=check, failovers={"PD-W11": result}, power={"skipped": True})
    assert texts(judgement.problems) == [problem]
    assert [row.settled for row in judgement.rows] == [False]


def test_a_plan_does_not_fail_for_what_has_not_been_done() -> None:
    planned = site(
        hosted(0, "would_change", hosted_machine_id=""),
        proof=proof(False, reason="0 of 1 registered", unregistered=["CORP\\W11-0"]),
    )
    for sites in ({}, {"daas": {}}, {"daas": None}, {"daas": {"message": "", "hosting": {}}}, {"daas": planned}):
        judgement = judged(
            check=True, failovers={"PD-W11": failed_over(timeline=[], protected_by=[]), "PD-2": {}}, sites=sites
        )
        assert judgement.findings == []
        assert all(row.settled for row in judgement.rows)
    assert rows(judgement)["daas", "catalog W11"] == ("1 would be re-hosted", "")
    assert rows(judgement)["cluster-b", "PD-W11"] == ("would be activated", "data 26 min old, 2 VMs")


@pytest.mark.parametrize("mode", MODES)
def test_killed_before_anything_was_done(mode: str) -> None:
    problems = judged(mode).problems
    assert texts(problems) == ["cluster-b: Nothing is known of what was done: the run ended before"]
    assert judged(mode, check=True).problems == []


@pytest.mark.parametrize(
    ("given", "ended"),
    [
        (
            {"failovers": {"PD-W11": failed_over()}, "sites": {"daas": {}}},
            ["The VMs were not powered on", "Its machines were not re-hosted", "not proven"],
        ),
        (
            {"failovers": {"PD-W11": {}}, "sites": {"daas": {}}},
            ["PD-W11 was not failed over", "Its machines were not re-hosted", "Its machines were not proven"],
        ),
        (
            {**WHOLE, "sites": {"daas": {"message": "", "hosting": hosting(hosted(0))}}},
            ["Its machines were not proven"],
        ),
        (
            {**WHOLE, "sites": {"daas": {"message": "", "hosting": hosting(hosted(0)), "proof": {}}}},
            ["Its machines were not proven"],
        ),
    ],
)
def test_killed_half_way(given: dict[str, Any], ended: list[str]) -> None:
    problems = texts(judged("planned", **given).problems)
    assert len(problems) == len(ended)
    for problem, words in zip(problems, ended, strict=True):
        assert words in problem
        assert problem.endswith("the run ended before")


@pytest.mark.parametrize("parts", [{"drain": DRAINED}, {"drain": DRAINED, "release": {}}])
def test_machines_that_stay_drained_are_told_and_how_they_get_out(parts: dict[str, Any]) -> None:
    (problem,) = judged("planned", **{**WHOLE, "sites": {"daas": site(hosted(0), **parts)}}).problems
    assert problem.text == "1 machine is in maintenance mode, so that no user can log on to them: CORP\\W11-0"
    assert "dr_failover_release with -e dr_id=m1" in problem.advice


def test_who_stays_drained_on_a_site_that_was_cut_off_after_some_were_released_is_named() -> None:
    drained = [{"name": name, "maintenance_mode": True} for name in ("a", "b", "c")]
    parts = {
        "drain": {"changed": True, "machines": drained, "in_maintenance_before": ["a"]},
        "release": {"changed": True, "switched": ["b"], "machines": [{"name": "b"}]},
        "still_drained": {"failed": True, "msg": "no answer"},
    }
    (problem,) = judged("planned", **{**WHOLE, "sites": {"daas": site(hosted(0), **parts)}}).problems
    assert problem.text == "1 machine is in maintenance mode, so that no user can log on to them: c"


def test_whom_an_earlier_run_drained_on_a_site_that_gives_no_answer_now_is_named() -> None:
    silent = {"failed": False, "msg": "no answer", "still_drained": ["a", "b"]}
    judgement = judged("unplanned", sites={"daas": {"message": "", "stopped": True, "still_drained": silent}})
    told = "daas: 2 machines are in maintenance mode, so that no user can log on to them: a, b"
    assert told in texts(judgement.problems)


def test_a_run_that_stopped_names_who_is_in_maintenance_mode_on_what_has_arrived() -> None:
    """Drained by an earlier run with another id, or in another directory."""
    stopped = {"message": "", "stopped": True, "in_maintenance": ["CORP\\W11-0", "CORP\\W11-1", "CORP\\W11-2"]}
    known = {"switched": ["CORP\\W11-1"], "machines": [], "in_maintenance_before": ["CORP\\W11-2"]}
    judgement = judged("planned", sites={"daas": {**stopped, "still_drained": known}})
    told = {finding.what: (finding.kind, finding.fails) for finding in judgement.findings if finding.what}
    assert told["CORP\\W11-0"] == ("in_maintenance", True)
    assert told["CORP\\W11-1"] == ("drained", True)
    assert told["CORP\\W11-2"] == ("in_maintenance", False)
    assert rows(judgement)["daas", "maintenance"] == ("not released", "2 machines")


def test_machines_that_are_in_maintenance_mode_in_the_end_are_told() -> None:
    judgement = judged(
        "rehost",
        sites={"daas": {**site(hosted(0), hosted(1, "right")), "proof": proof(in_maintenance=["CORP\\W11-0"])}},
    )
    assert texts(judgement.findings) == ["daas: CORP\\W11-0 is in maintenance mode, so that no user can log on to it"]
    assert judgement.problems == []
    assert rows(judgement)["daas", "proof"] == ("proven", "registered 2 of 2, 1 in maintenance")


IN_MAINTENANCE = {**site(hosted(0), hosted(1, "right")), "proof": proof(in_maintenance=["CORP\\W11-0"])}


def test_a_failover_is_not_complete_while_nobody_knows_why_a_machine_is_in_maintenance_mode() -> None:
    for mode in ("planned", "unplanned", "failback"):
        (problem,) = judged(mode, **{**WHOLE, "sites": {"daas": IN_MAINTENANCE}}).problems
        assert problem.text == "CORP\\W11-0 is in maintenance mode, and it is not known that it was before this move"
        assert "-e dr_failover_accept_maintenance=true" in problem.advice
    before = {"still_drained": {"switched": [], "machines": [], "in_maintenance_before": ["CORP\\W11-0"]}}
    assert judged("unplanned", **{**WHOLE, "sites": {"daas": {**IN_MAINTENANCE, **before}}}).problems == []
    assert judged("unplanned", **{**WHOLE, "sites": {"daas": IN_MAINTENANCE}}, accept_maintenance=True).problems == []


def test_whoever_was_drained_and_not_released_is_named() -> None:
    still = {
        "still_drained": {
            "switched": ["CORP\\W11-0"],
            "machines": [{"name": "CORP\\W11-0"}],
            "in_maintenance_before": [],
        }
    }
    for parts in (IN_MAINTENANCE, {"message": "the run ended", "stopped": True}):
        judgement = judged("unplanned", **{**WHOLE, "sites": {"daas": {**parts, **still}}})
        assert "daas: CORP\\W11-0 was drained for this move and is not released" in texts(judgement.problems)
        assert rows(judgement)["daas", "maintenance"] == ("not released", "1 machine")


def test_a_site_without_a_connection_to_the_source_has_no_part() -> None:
    judgement = judged(
        "unplanned",
        **{**WHOLE, "sites": {"daas": site(hosted(0)), "cvad": {"message": "", "stopped": True, "takes_part": False}}},
    )
    assert rows(judgement)["cvad", "machines"] == ("no part", "it names no hosting connection to cluster-a")
    assert judgement.problems == []


def test_machines_that_stay_behind_and_those_that_only_bear_the_name_are_named() -> None:
    lists = {
        "namesakes": [stuck("LAB", "it is on conn-c")],
        "left_behind": [stuck("LOST", "no protection domain holds its VM")],
    }
    sites = {"daas": {**site(hosted(0)), "hosting": hosting(hosted(0), **lists)}}
    judgement = judged("unplanned", **{**WHOLE, "sites": sites})
    assert texts(judgement.notes)[-2:] == [
        "daas: CORP\\LAB only bears the name of a VM that moves: it is on conn-c; it was left alone",
        "daas: CORP\\LOST is still hosted by cluster-a: no protection domain holds its VM",
    ]
    assert len(judged("unplanned", policy={"left_behind": "fail"}, **{**WHOLE, "sites": sites}).problems) == 1


def test_an_undo_needs_the_saved_hosting_of_one_site_at_least() -> None:
    nothing = {"message": "", "nothing_saved": True}
    judgement = judged("undo", sites={"daas": site(hosted(0)), "cvad": nothing})
    assert judgement.problems == []
    assert rows(judgement)["cvad", "machines"] == ("nothing saved", "")
    (problem,) = judged("undo", sites={"daas": nothing, "cvad": nothing}).problems
    assert problem.text == "Of m1 no hosting was saved on any site"


def failure(message: str, advice: str, *options: str) -> dict[str, Any]:
    """A result as a module that failed gives it."""
    error = OperationError(message, advice, options=options)
    return {"failed": True, "msg": str(error), "error": error.fields}


def test_users_who_are_still_logged_on_are_told_and_what_to_do_about_them() -> None:
    failed = {
        "failed": True,
        **failure("daas: 1 machines still have sessions: CORP\\W11-0 (eve)", "Nobody was logged off."),
        "sessions": [{"machine": "CORP\\W11-0"}],
    }
    judgement = judged(
        "planned", **{**WHOLE, "sites": {"daas": {"message": "", "stopped": True, "drain": {**DRAINED, **failed}}}}
    )
    problem, drained = judgement.problems
    assert drained.kind == "drained"
    assert problem.text.endswith("(eve)")
    assert "dr_failover_sessions=ignore" in problem.advice


def test_a_plan_tells_who_is_logged_on() -> None:
    drain = {**DRAINED, "sessions": [{"machine": "CORP\\W11-0", "user": "eve", "state": "Active"}]}
    (finding,) = judged("planned", check=True, sites={"daas": {"message": "", "drain": drain}}).findings
    assert (finding.text, finding.fails) == ("CORP\\W11-0 is in use by eve (Active)", False)
    # The advice is right whatever the operator has chosen.
    assert "with ignore these users are cut off" in " ".join(finding.advice.split())


def test_what_stopped_the_run_is_told_once_and_nothing_is_called_cut_short() -> None:
    unconnected = failure("there is no connection to cluster-b", "Add one.")
    obstacles = [failure("'PD-W11' cannot be migrated", "Look into Prism."), ["daas", unconnected]]
    planned = {"failed": False, "state": "migrated", "changed": True, "name": "PD-W11", "vms": []}
    stopped = {"message": unconnected["msg"], "error": unconnected["error"], "stopped": True}
    judgement = judged(
        "planned",
        failovers={"PD-W11": planned},
        sites={"daas": stopped, "cvad": {"message": "", "stopped": True}},
        obstacles=obstacles,
    )
    assert sorted(texts(judgement.problems)) == [
        ": 'PD-W11' cannot be migrated",
        "daas: there is no connection to cluster-b",
    ]
    told = rows(judgement)
    assert told["cluster-b", "PD-W11"] == ("not begun", "")
    assert told["cvad", "machines"] == ("not begun", "")
    assert counts(move("planned", failovers={"PD-W11": planned}), judgement)["failed_over"] == 0


@pytest.mark.parametrize(("changed", "told"), [(True, ["old side"]), (False, [])])
def test_after_an_unplanned_failover_the_old_side_is_warned_of(changed: bool, told: list[str]) -> None:
    given = {**WHOLE, "failovers": {"PD-W11": failed_over(changed=changed)}}
    assert [finding.kind for finding in judge(move(**given)).findings] == told


def test_a_failback_to_a_side_that_is_still_active_says_how_it_is_given_up() -> None:
    refused = {**failure("'PD-W11' is alive twice", "Decide whose data is newer."), "active_on_both": True}
    (problem,) = judged("failback", failovers={"PD-W11": refused}).problems
    assert 'dr_discard": ["PD-W11"]' in problem.advice


@pytest.mark.parametrize("name", ["active on both", "PD-W11"])
def test_nothing_is_given_up_because_of_words(name: str) -> None:
    refused = failure(f"{name}: the snapshot 'active on both' is gone", "Look for it.")
    (problem,) = judged("failback", failovers={name: refused}).problems
    assert problem.advice.startswith("Look for it.")


def test_options_of_modules_are_told_as_the_variables_of_the_role() -> None:
    refused = failure("26 h of data would be lost", "Raise data_age_limit, or wait.", "data_age_limit")
    for mode, parts, variable in (
        ("planned", {"failovers": {"PD-W11": refused}}, "dr_failover_data_age_limit"),
        ("drill", {"drills": {"PD-W11": refused}}, "dr_drill_data_age_limit"),
    ):
        (problem,) = judged(mode, **parts).problems
        assert problem.advice.startswith(
            f"Raise data_age_limit, or wait. In the variables of the role, data_age_limit is {variable}. Then run"
        )


@pytest.mark.parametrize(
    "said",
    [
        "Disk is full. Contact Support. Do nothing",
        "Win 11. Standrad",
        "no snapshot of remote_site here. Set data_age_limit",
        "sessions=ignore",
    ],
)
@pytest.mark.parametrize("fields", [True, False])
def test_foreign_sentences_are_neither_cut_nor_rewritten_nor_taken_for_advice(said: str, fields: bool) -> None:
    refused = failure(said, "") if fields else {"failed": True, "msg": said}
    (problem,) = judged("planned", failovers={"PD-W11": refused}).problems
    assert problem.text == f"PD-W11 was not migrated: {said}"
    assert problem.advice == "Mend the cause and run the same command again: it does the rest and nothing else."


def test_words_of_an_advice_are_not_taken_for_options() -> None:
    refused = failure("there is no remote site 'X'", "There is only 'remote_site'. Look at wait_timeout.")
    (problem,) = judged("planned", failovers={"PD-W11": refused}).problems
    assert problem.advice.startswith("There is only 'remote_site'. Look at wait_timeout. Then run the same command")


def test_what_was_ordered_and_not_seen_to_end_is_called_that() -> None:
    unseen = {**failure("migration of 'PD-W11' was not seen to end: 401", "It was not cancelled."), "under_way": True}
    (problem,) = judged("planned", failovers={"PD-W11": unseen}).problems
    assert problem.text.startswith("PD-W11 was not seen migrated: migration of 'PD-W11' was not seen to end")


def test_parts_that_were_left_out_on_purpose_are_not_missed() -> None:
    left_out = {"changed": False, "skipped": True, "skip_reason": "Conditional result was False"}
    parts = {"drain": left_out, "resets": [left_out], "zones": [], "release": left_out, "proof": left_out}
    judgement = judged(
        "planned",
        failovers={"PD-W11": failed_over("migrated")},
        power=left_out,
        sites={"daas": {**site(hosted(0)), **parts}},
    )
    assert judgement.findings == []
    assert ("daas", "catalog W11") in rows(judgement)


LISTS: list[tuple[str, dict[str, Any], str]] = [
    (
        "missing",
        stuck("W11-007", "no VM is called 'W11-007'"),
        (
            "CORP\\W11-007 has no VM on cluster-b: it was lost or never protected; it keeps its old hosting AHV-A /"
            " old-W11-007"
        ),
    ),
    (
        "ambiguous",
        stuck(
            "PC1",
            "2 VMs bear its name",
            candidates=[{"name": "PC1", "uuid": "1", "cluster": "b"}, {"name": "pc1", "uuid": "", "cluster": ""}],
        ),
        (
            "CORP\\PC1 is ambiguous: 2 VMs bear its name; it could be PC1 (1) on b or pc1; none was taken, and it keeps"
            " its old hosting AHV-A / old-PC1"
        ),
    ),
    (
        "ambiguous",
        stuck("PC1", hypervisor_connection=""),
        (
            "CORP\\PC1 is ambiguous: several VMs or machines bear its name; none was taken, and it keeps its old"
            " hosting old-PC1"
        ),
    ),
    (
        "refused",
        stuck("PC2", "MCS provisioned it"),
        "CORP\\PC2 was refused: MCS provisioned it; it keeps its old hosting AHV-A / old-PC2",
    ),
    ("failed", stuck("PC3", "409 Conflict"), "CORP\\PC3 could not be re-hosted: 409 Conflict"),
    ("vanished", stuck("PC4"), "CORP\\PC4 was deleted in Citrix while the run went on"),
    ("unmanaged", stuck("PC5"), "CORP\\PC5 is not power managed: there is no hosting to change"),
    (
        "excluded",
        stuck("PC6"),
        (
            "CORP\\PC6 is excluded: it keeps its old hosting AHV-A / old-PC6, and Citrix cannot power it while"
            " cluster-a is away"
        ),
    ),
    ("excluded", stuck("PC7", hypervisor_connection="AHV-B"), "CORP\\PC7 is excluded: it was left on AHV-B / old-PC7"),
]


@pytest.mark.parametrize(("kind", "machine", "text"), LISTS)
def test_machines_that_were_not_simply_re_hosted(kind: str, machine: dict[str, Any], text: str) -> None:
    told = {"failures" if kind == "failed" else kind: [machine]}
    given = {**WHOLE, "sites": {"daas": site(hosting=hosting(hosted(0), **told))}}
    judgement = judged(**given)
    assert [finding.text for finding in judgement.findings] == [text]
    assert [bool(finding.advice) for finding in judgement.findings] == [True]
    assert judgement.findings[0].fails == (kind in ("missing", "ambiguous", "refused", "failed"))
    result, detail = rows(judgement)["daas", "catalog W11" if machine["id"] else "machines"]
    assert result.endswith({"unmanaged": "1 not power managed"}.get(kind, f"1 {kind}"))
    assert detail == ("registered 1 of 1" if machine["id"] else "")
    assert counts(move(**given), judgement)[kind] == 1


@pytest.mark.parametrize("kind", ["missing", "ambiguous", "refused", "vanished", "unmanaged", "unexpected"])
def test_the_policy_says_what_follows(kind: str) -> None:
    machine = stuck("PC1") if kind != "unexpected" else {"name": "PC1", "uuid": "1", "cluster": "cluster-b"}
    given = {**WHOLE, "sites": {"daas": site(hosting=hosting(hosted(0), **{kind: [machine]}))}}
    for rule in ("stop", "fail"):
        assert [finding.kind for finding in judged(**given, policy={kind: rule}).problems] == [kind]
    assert [finding.kind for finding in judged(**given, policy={kind: WARN}).notes] == [kind]
    ignored = judged(**given, policy={kind: IGNORE})
    assert ignored.findings == []
    assert counts(move(**given), ignored)[kind] == 1


def test_a_machine_is_counted_once() -> None:
    # A list of failures beside the machines, and the policy told with the re-hosting
    result = hosting(
        hosted(0),
        hosted(1),
        failures=[{**hosted(1), "reason": "no answer"}],
        missing=[stuck("PC9")],
        policy={"missing": "warn"},
    )
    judgement = judged(**{**WHOLE, "sites": {"daas": site(hosting=result)}})
    assert [(machine.name, machine.action, machine.settled) for machine in judgement.machines] == [
        ("CORP\\W11-1", "failed", False),
        ("CORP\\PC9", "missing", True),
        ("CORP\\W11-0", "changed", True),
    ]


def test_catalogs_of_one_name_are_told_apart() -> None:
    machines = [hosted(0), hosted(1, catalog_id="other"), hosted(2, catalog="Lab")]
    judgement = judged(**{**WHOLE, "sites": {"daas": site(*machines)}})
    assert [row.what for row in judgement.rows if row.what.startswith("catalog")] == [
        "catalog Lab",
        "catalog W11 (id-of-W11)",
        "catalog W11 (other)",
    ]


def test_a_re_hosting_that_was_stopped() -> None:
    stopped = {
        "failed": True,
        "msg": "daas: 1 machine is ambiguous",
        "ambiguous": [stuck("PC1", "2 VMs bear its name")],
        "changed": False,
    }
    for message in ("", "daas: 1 machine is ambiguous."):
        problems = texts(judged("rehost", sites={"daas": {"message": message, "hosting": stopped}}).problems)
        assert "ambiguous: 2 VMs bear its name" in problems[0]
        assert problems[1] == "daas: Its machines were not re-hosted: daas: 1 machine is ambiguous"
        assert [problem for problem in problems[2:] if "not proven" not in problem] == []


def test_a_re_hosting_whose_lists_say_what_is_wrong_is_not_told_twice() -> None:
    given = hosting(
        hosted(0),
        missing=[stuck("PC1")],
        failed=False,
        failed_when_result=False,
        msg="daas: 1 machine has no VM: CORP\\PC1",
    )
    assert [finding.kind for finding in judged("rehost", sites={"daas": site(hosting=given)}).problems] == ["missing"]


@pytest.mark.parametrize(
    "given",
    [
        hosting(hosted(0), failed=True, msg="it broke"),
        hosting(hosted(0, "would_change"), msg="it broke"),
        {"failed": True, "msg": "it broke"},
    ],
)
def test_a_re_hosting_that_lists_do_not_explain(given: dict[str, Any]) -> None:
    problems = judged("rehost", sites={"daas": site(hosting=given)}).problems
    assert any("machines were not re-hosted: it broke" in problem.text for problem in problems)


def test_what_stopped_every_site_is_told_once() -> None:
    sites = {"daas": {"message": "no answer"}, "cvad": {"message": "no answer"}}
    judgement = judged(
        "planned", failovers={"PD-W11": failed_over("migrated", changed=False)}, power={"skipped": True}, sites=sites
    )
    assert texts(judgement.problems) == ["daas: no answer"]
    assert [(row.where, row.what, row.settled) for row in judgement.rows if row.where == "cvad"] == [
        ("cvad", "machines", False),
        ("cvad", "site", False),
    ]


def test_other_parts_of_a_site() -> None:
    parts = {
        "drain": {"changed": True, "switched": ["a", "b"]},
        "resets": [
            {"changed": True, "connections": [{"name": "AHV-B"}], "machines": 2},
            {"failed": True, "msg": "still unknown."},
        ],
        "zones": {
            "results": [
                {
                    "changed": True,
                    "zone": {"id": "1", "name": "Zone B"},
                    "moved": ["W11"],
                    "staying": [{"name": "Lab", "full_name": "X/Lab", "why": "PC1"}],
                },
                {"changed": False, "item": "AHV-C"},
            ]
        },
        "release": {"changed": True, "switched": ["a"]},
    }
    judgement = judged("planned", **{**WHOLE, "sites": {"daas": site(hosted(0), **parts)}})
    told = rows(judgement)
    assert told["daas", "drain"] == ("drained", "2 machines")
    assert told["daas", "maintenance"] == ("released", "1 machine")
    assert told["daas", "connection AHV-B"] == ("reset", "")
    assert told["daas", "connection"] == ("failed", "still unknown")
    assert told["daas", "catalogs to zone Zone B"] == ("moved", "1 catalog")
    assert told["daas", "catalogs to zone AHV-C"] == ("nothing to move", "")
    assert texts(judgement.problems) == ["daas: connection: still unknown"]
    assert texts(judgement.notes) == ["daas: Catalog X/Lab stays in its zone: PC1"]


@pytest.mark.parametrize(
    ("lists", "problems", "notes"),
    [
        ({"unregistered": ["CORP\\W11-1"]}, [], ["CORP\\W11-1 is not registered"]),
        ({"proven": False, "unregistered": ["CORP\\W11-1"]}, ["CORP\\W11-1 is not registered"], []),
        (
            {"proven": False, "off": ["CORP\\W11-1"], "reason": "too many are off"},
            ["Its machines are not verified: too many are off"],
            ["switched off"],
        ),
        (
            {
                "proven": False,
                "wrong_hosting": [{"name": "CORP\\W11-1", "hosted_machine_id": "x", "hypervisor_connection": "AHV-A"}],
            },
            ["CORP\\W11-1 is not hosted as it was written: Citrix says AHV-A / x"],
            [],
        ),
        (
            {"proven": False, "power_unknown": ["CORP\\W11-1"]},
            ["Citrix does not know the power state of CORP\\W11-1"],
            [],
        ),
        ({"proven": False, "vm_not_found": ["CORP\\W11-1"]}, ["The cluster does not know the VM of CORP\\W11-1"], []),
        ({"gone": ["CORP\\W11-1"]}, [], ["CORP\\W11-1 is gone from the site"]),
        (
            {"proven": False, "msg": "no answer", "failed_when_result": False},
            ["Its machines are not verified: no answer"],
            [],
        ),
    ],
)
def test_proof(lists: dict[str, Any], problems: list[str], notes: list[str]) -> None:
    judgement = judged(**{**WHOLE, "sites": {"daas": site(hosted(0), hosted(1), proof=proof(**lists))}})
    for told, wanted in ((judgement.problems, problems), (judgement.notes, notes)):
        assert len(told) == len(wanted)
        assert all(words in finding.text for finding, words in zip(told, wanted, strict=True))
    seen = [kind for kind in ("unregistered", "off", "power_unknown", "vm_not_found", "gone") if kind in lists]
    assert rows(judgement)["daas", "catalog W11"][1] == f"registered {2 - len(seen)} of 2"


def test_power() -> None:
    failures = [{"name": "W11-1", "id": "vm-1", "reason": "no memory"}]
    failing = powered(failures=failures, failed=True, msg="1 of 2")
    judgement = judged(**{**WHOLE, "power": failing})
    assert texts(judgement.problems) == ["cluster-b: W11-1 could not be powered on: no memory"]
    assert rows(judgement)["cluster-b", "VMs"] == ("failed", "1 of 2")
    problems = judged(
        **{**WHOLE, "power": {"failed": True, "msg": "still running; 1 of 2 VMs failed", "failures": failures}}
    ).problems
    assert [problem.kind for problem in problems] == ["power", "failed part"]
    judgement = judged(**{**WHOLE, "power": {"failed_when_result": False, "failed": False, "msg": "no answer"}})
    assert texts(judgement.problems) == ["cluster-b: The VMs were not powered on: no answer"]
    assert rows(judged(**{**WHOLE, "power": powered(changed=False)}))["cluster-b", "VMs"] == ("were on", "2 of 2")


def test_unprotected_afterwards() -> None:
    judgement = judged(**{**WHOLE, "failovers": {"PD-W11": failed_over("migrated", protected_by=[])}})
    assert judgement.problems == []
    assert texts(judgement.notes) == ["cluster-b: PD-W11 is active on cluster-b and replicates nowhere"]
    # Nobody could be asked
    assert judged(**{**WHOLE, "failovers": {"PD-W11": failed_over("migrated", protected_by=None)}}).notes == []


def failing(why: str) -> dict[str, str]:
    return {"id": "c", "name": "drill_1_PC1", "reason": why}


CLONE = {"name": "drill_1_PC1", "uuid": "c", "vm": "PC1", "power_state": "on", "checked": True}


@pytest.mark.parametrize(
    ("result", "check", "row", "problems"),
    [
        (
            {"changed": True, "clones": [CLONE], "data_age_seconds": 60},
            False,
            ("clones made", "1 clone, data 1 min old, 1 of 1 checked"),
            [],
        ),
        ({"changed": True, "clones": [{**CLONE, "checked": False}]}, True, ("clones would be made", "1 clone"), []),
        ({"changed": False, "clones": [CLONE]}, False, ("clones were there", "1 clone, 1 of 1 checked"), []),
        ({"changed": True, "clones": [], "removed": [CLONE]}, False, ("clones removed", "1 clone"), []),
        ({"changed": False, "clones": [], "removed": [], "state": "absent"}, False, ("no clones left", ""), []),
        (
            {"failed": True, "msg": "1 of 1", "clones": [CLONE], "failures": [failing("it is off.")]},
            False,
            ("drill failed", "1 of 1"),
            ["drill_1_PC1: it is off"],
        ),
        (
            {"failed": True, "msg": "no snapshot"},
            True,
            ("drill failed", "no snapshot"),
            ["The drill of PD-W11 failed: no snapshot"],
        ),
        (
            {"changed": False, "clones": [], "failures": [failing("it stayed")]},
            False,
            ("clones were there", ""),
            ["drill_1_PC1: it stayed"],
        ),
        ({}, False, ("no drill", "the run ended before"), ["PD-W11 was not drilled: the run ended before"]),
        (
            {"removed": [], "failures": []},
            False,
            ("no drill", "the run ended before"),
            ["PD-W11 was not drilled: the run ended before"],
        ),
        (
            {"changed": True, "clones": [CLONE], "removed": [CLONE]},
            False,
            ("clones made", "1 clone, 1 of 1 checked, 1 removed again"),
            [],
        ),
    ],
)
def test_drills(result: dict[str, Any], check: bool, row: tuple[str, str], problems: list[str]) -> None:
    judgement = judged("drill", check, drills={"PD-W11": result})
    assert rows(judgement) == {("cluster-b", "PD-W11"): row}
    assert [finding.text for finding in judgement.problems] == problems


def test_undoing_speaks_of_putting_back() -> None:
    judgement = judged("undo", sites={"daas": {"message": "", "hosting": hosting(hosted(0), hosted(1, "right"))}})
    assert judgement.problems == []
    assert rows(judgement)["daas", "catalog W11"] == ("1 put back, 1 right", "")


# VMs that no site claims


def vm(name: str, uuid: str = "", **given: Any) -> dict[str, Any]:
    return {"name": name, "uuid": uuid, "cluster": "cluster-b", **given}


def listing(*vms: dict[str, Any]) -> dict[str, Any]:
    return {"message": "", "hosting": hosting(hosted(0), unexpected=list(vms))}


@pytest.mark.parametrize(
    ("sites", "names"),
    [
        ({}, []),
        ({"daas": listing(vm("PC1", "1"))}, ["PC1"]),
        ({"daas": listing(vm("PC1", "1")), "cvad": listing()}, []),
        (
            {
                "daas": listing(vm("PC1", "1"), vm("PC2", "2")),
                "cvad": listing(vm("PC2", "2", hypervisor_connection="other")),
            },
            ["PC2"],
        ),
        ({"daas": listing(vm("PC1", "A")), "cvad": listing(vm("PC1", "a"))}, ["PC1"]),
        ({"daas": listing(vm("PC1", "1")), "cvad": listing(vm("PC1", "2"))}, []),
        ({"daas": listing(vm("PC1")), "cvad": listing(vm("PC1"))}, ["PC1"]),
        ({"daas": listing(vm("PC1")), "cvad": listing(vm("PC1", cluster="cluster-c"))}, []),
        # Who was not asked has not said that a VM is not his
        ({"daas": listing(vm("PC1", "1")), "cvad": {}}, []),
        ({"daas": listing(vm("PC1", "1")), "cvad": None}, []),
        (
            {
                "daas": listing(vm("PC1", "1")),
                "cvad": {"message": "no answer", "hosting": {"failed": True, "msg": "x"}},
            },
            [],
        ),
    ],
)
def test_unexpected_are_vms_that_every_site_lists(sites: dict[str, Any], names: list[str]) -> None:
    assert [found["name"] for found in unexpected_vms(sites)] == names


VMS = st.lists(
    st.sampled_from([vm(name, uuid) for name in ("PC1", "pc1", "PC10") for uuid in ("", "1", "2", "a")]), max_size=8
)


@given(st.lists(VMS, min_size=1, max_size=4), st.randoms())
def test_unexpected_is_the_intersection(lists: list[list[dict[str, Any]]], random: Any) -> None:
    def keys(found: Any) -> set[tuple[str, ...]]:
        return {(entry["uuid"],) if entry["uuid"] else (entry["cluster"], entry["name"]) for entry in found}

    sites = {f"site-{number}": listing(*found) for number, found in enumerate(lists)}
    told = unexpected_vms(sites)
    assert keys(told) == set.intersection(*map(keys, lists))
    assert len(keys(told)) == len(told)
    names = list(sites)
    random.shuffle(names)
    assert keys(unexpected_vms({name: sites[name] for name in names})) == keys(told)
    assert unexpected_vms({**sites, "silent": {}}) == []


def test_unexpected_in_the_report() -> None:
    sites = {"daas": listing(vm("PC1", "1")), "cvad": listing(vm("PC1", "1"))}
    judgement = judged("undo", sites=sites)
    assert texts(judgement.notes) == ["cluster-b: PC1 (1) on cluster-b is no machine of daas or cvad"]
    assert rows(judgement)["cluster-b", "VMs"] == ("unexpected", "1 VM")


def test_name_is_unknown_when_no_site_knows_it() -> None:
    sites = {
        "daas": site(hosting=hosting(hosted(0), unknown=["W11-002", "PC9"])),
        "cvad": site(hosting=hosting(hosted(1), unknown=["pc9", "W11-001"])),
    }
    judgement = judged("rehost", sites=sites)
    assert texts(judgement.problems) == ["daas or cvad: PC9 is no machine of daas or cvad"]
    assert rows(judgement)["daas or cvad", "names"] == ("unknown", "1 name")
    assert texts(judged("rehost", sites=sites, policy={"unknown": "warn"}).notes) == texts(judgement.problems)


WAY_BACK = {"schedule": {"type": "HOURLY", "keep_remote": {"SITE-A": 4}}, "changed": True}


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ({}, ["cluster-b: PD-W11 is active on cluster-b and replicates nowhere"]),
        (WAY_BACK, []),
        (
            {"failed_when_result": False, "msg": "no such site"},
            ["cluster-b: PD-W11 has no schedule that leads back: no such site"],
        ),
    ],
)
def test_schedule_for_the_way_back(added: dict[str, Any], told: list[str]) -> None:
    unprotected = {"changed": False, "state": "migrated", "active": True, "vms": [], "protected_by": []}
    judgement = judged("planned", failovers={"PD-W11": unprotected}, ways_back={"PD-W11": added})
    assert [text for text in texts(judgement.findings) if "PD-W11" in text] == told


# Telling


def test_of_many_that_are_alike_some_are_told() -> None:
    missing = [stuck(f"PC{number}") for number in range(MOST_TOLD + 480)]
    problems = judged(**{**WHOLE, "sites": {"daas": site(hosting=hosting(hosted(0), missing=missing))}}).problems
    assert len(problems) == MOST_TOLD + 480
    told = sentences(problems)
    assert len(told) == MOST_TOLD + 1
    assert told[-1] == "daas: and 480 more like this"
    screen = on_screen("What is wrong:", problems)
    assert screen[:2] == ["", "What is wrong:"]
    assert len(screen) == MOST_TOLD + 4
    assert "Restore its VM" in screen[-1]
    assert on_screen("What is wrong:", []) == []


def test_title() -> None:
    assert move().title == "Failover m1: cluster-a -> cluster-b"
    assert Move("m1", "rehost", check=True).title == "Re-hosting m1 (a plan: nothing was changed)"


def test_figures() -> None:
    given = {
        **WHOLE,
        "failovers": {
            "PD-W11": failed_over(),
            "PD-2": failed_over(data_age_seconds=7200, missing_vms=["x"]),
            "PD-3": {"failed": True, "msg": "x"},
        },
    }
    figures = counts(move(**given), judged(**given))
    wanted = {
        "protection_domains": 3,
        "failed_over": 2,
        "vms": 4,
        "vms_lost": 1,
        "machines": 2,
        "changed": 1,
        "right": 1,
        "registered": 2,
        "registered_of": 2,
    }
    assert {name: number for name, number in figures.items() if number} == wanted
    assert oldest_data(move(**given)) == 7200
    assert oldest_data(move()) is None


@given(
    st.dictionaries(
        st.sampled_from(("drain", "hosting", "resets", "zones", "release", "proof", "message")),
        st.one_of(
            st.none(),
            st.just({}),
            st.just([]),
            st.just({"failed": True, "msg": "why"}),
            st.just({"skipped": True}),
            st.just({"changed": True}),
        ),
    ),
    st.sampled_from(sorted(MODES)),
    st.booleans(),
)
def test_whatever_is_missing_there_is_a_report(parts: dict[str, Any], mode: str, check: bool) -> None:
    parts["message"] = "why" if parts.get("message") else ""
    judgement = judged(mode, check, failovers={"PD-W11": parts.get("drain")}, sites={"daas": parts})
    assert all(finding.text and finding.advice for finding in judgement.findings)
    unsettled = [row for row in judgement.rows if not row.settled]
    assert bool(unsettled) == bool(judgement.problems)


# Time


def test_timeline() -> None:
    timed = site(
        hosted(0),
        resets=[{"changed": True, "timeline": took("reset", 151, 160)}],
        zones={"results": [{"timeline": took("zone", 160, 170, True)}]},
    )
    steps = steps_of(
        move(
            failovers={"PD-W11": failed_over(), "PD-2": failed_over("deactivated")},
            power=powered(),
            sites={"daas": timed, "cvad": None},
        )
    )
    assert [(step.where, step.what, step.phase, step.work) for step in steps] == [
        ("cluster-b", "PD-W11", "fail over", "activate"),
        ("cluster-a", "PD-2", "fail over", "deactivate"),
        ("cluster-b", "VMs", "power on", "power"),
        ("daas", "", "re-host", "re-host"),
        ("daas", "", "reset", "reset"),
        ("daas", "", "zone", "zone"),
        ("daas", "", "proof", "proof"),
    ]
    phases = phases_as_dicts(phases_of(steps))
    assert [(phase["phase"], phase["seconds"], phase["failed"]) for phase in phases] == [
        ("fail over", 60.0, False),
        ("power on", 19.0, False),
        ("re-host", 59.0, False),
        ("reset", 9.0, False),
        ("zone", 10.0, True),
        ("proof", 200.0, False),
    ]
    assert recovery_seconds(steps, BEGAN) == 400.0
    assert recovery_seconds([], BEGAN) is None
    assert steps_from_dicts(steps_as_dicts(steps)) == steps


def test_every_trouble_has_words() -> None:
    assert {kind for kind, _machine, _text in LISTS} >= set(TROUBLES)


ALIVE = {"cluster": "PE a", "answers": False, "active": None, "given_up": False, "accepted": False}
SITES = {"remote_sites": [{"name": "SITE-A", "status": "RELATIONSHIP_ESTABLISHED"}]}


@pytest.mark.parametrize(
    ("seen", "words", "fails"),
    [
        ({**ALIVE, **SITES}, "lives: remote site SITE-A is connected", True),
        ({**ALIVE, **SITES, "accepted": True}, "lives: remote site SITE-A is connected", False),
        ({**ALIVE, "answers": True, "active": True}, "is active on", True),
        ({**ALIVE, "remote_sites": [{"name": "SITE-A", "status": "UNREACHABLE"}]}, "comes up on", False),
        ({**ALIVE, "answers": True, "active": False, "given_up": True}, "", False),
    ],
)
@pytest.mark.parametrize("changed", [True, False])
def test_what_was_seen_of_the_old_side_is_told_every_time(
    seen: dict[str, Any], words: str, fails: bool, changed: bool
) -> None:
    result = {**failed_over(), "changed": changed, "old_side": seen}
    found = [
        finding
        for finding in judge(move("unplanned", failovers={"PD-W11": result})).findings
        if finding.kind == "old side"
    ]
    assert [(words in finding.text, finding.fails) for finding in found] == ([(True, fails)] if words else [])


def test_each_witness_that_gives_no_answer_is_told_once() -> None:
    witnesses = [
        {"cluster": "Prism Element 10.0.0.3", "remote_site": "", "status": "", "silence": "no route to 10.0.0.3"},
        {"cluster": "Prism Element 10.0.0.4", "remote_site": "A", "status": "UNREACHABLE", "silence": ""},
    ]
    result = {**failed_over(), "old_side": {**ALIVE, "witnesses": witnesses}}
    clusters = {"cluster-c": {"nutanix_host": "10.0.0.3"}}
    judgement = judge(move("unplanned", failovers={"PD-W11": result, "PD-W10": result}, clusters=clusters))
    (told,) = [finding for finding in judgement.findings if finding.kind == "witness"]
    assert (told.where, told.fails) == ("cluster-c", False)
    assert "could not say whether cluster-a lives: no route to 10.0.0.3" in told.text
    assert [row.where for row in judgement.rows if row.kind == "witness"] == ["cluster-c"]


def test_vms_that_were_off_and_go_on_are_told() -> None:
    off = [{"name": "PC1", "uuid": "u1", "goes_on": True}, {"name": "PC2", "uuid": "u2", "goes_on": False}]
    result = {**failed_over(), "state": "migrated", "were_off": off}
    found = [
        finding
        for finding in judge(move("planned", failovers={"PD-W11": result})).findings
        if finding.kind == "was off"
    ]
    assert [(finding.what, finding.fails) for finding in found] == [("PC1", False)]


def test_networks_that_are_not_mapped_are_foretold_and_lost_cards_are_a_problem() -> None:
    unmapped = [
        {"network": "VLAN20", "vms": ["PC1"], "same_name": False},
        {"network": "VLAN30", "vms": ["PC2"], "same_name": True},
    ]
    planned = {**failed_over(), "state": "migrated", "unmapped_networks": unmapped}
    (foretold,) = [
        finding
        for finding in judge(move("planned", check=True, failovers={"PD-W11": planned})).findings
        if finding.kind == "no mapping"
    ]
    assert (foretold.what, foretold.fails) == ("VLAN20", False)
    done = {**planned, "without_cards": [{"name": "PC1", "uuid": "u1"}]}
    (lost,) = [
        finding
        for finding in judge(move("planned", failovers={"PD-W11": done})).findings
        if finding.kind in ("no mapping", "no card")
    ]
    assert (lost.text, lost.fails) == ("PC1 of PD-W11 has no network card", True)


def test_what_a_failback_deletes_is_told_by_name() -> None:
    gone = {
        "state": "deactivated",
        "changed": True,
        "removed_vms": [{"name": f"PC{number}", "uuid": f"u{number}"} for number in range(30)],
    }
    planned = judge(move("failback", check=True, discards={"PD-W11": gone}))
    done = judge(move("failback", discards={"PD-W11": {**gone, "timeline": took("deactivate", 0, 1)}}))
    for judgement, fate in ((planned, "would be deleted"), (done, "was deleted")):
        told = [finding for finding in judgement.findings if finding.kind == "deleted"]
        assert [finding.text for finding in told] == [
            f"PC{number} (u{number}) {fate}, given up with PD-W11" for number in range(30)
        ]
    assert not [
        finding for finding in judge(move("failback", discards={"PD-W11": gone})).findings if finding.kind == "deleted"
    ]


def test_what_an_earlier_run_of_a_failback_deleted_is_told_by_name() -> None:
    judgement = judge(move("failback", discards={"PD-W11": {"removed_before": [{"name": "PC1", "uuid": "u1"}]}}))
    (told,) = [finding for finding in judgement.findings if finding.kind == "deleted"]
    assert (told.where, told.text, told.fails) == ("cluster-b", "PC1 (u1) was deleted before", False)
    assert [row.result for row in judgement.rows if row.kind == "old VMs"] == ["deleted before"]
