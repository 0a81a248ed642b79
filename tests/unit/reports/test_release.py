# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release import (
    answered_by,
    blast_radius,
    catalog_rows,
    central_rows,
    cluster_rows,
    problems,
    problems_of,
    template_rows,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.rows import ReportRow, table

MADE = {"state": "made", "message": "", "snapshot_id": "7"}
FAILED = {"state": "failed", "message": "no answer"}
MOVED = {
    "name": "W11",
    "full_name": "Prod\\W11",
    "action": "published",
    "before": {"name": "ctx_Gold_1"},
    "after": {"name": "ctx_Gold_2"},
}


def site(**given: Any) -> dict[str, Any]:
    return {"message": "", "catalogs": [], "waiting": [], **given}


def test_complete_release_has_no_problem() -> None:
    rows = cluster_rows({"a": MADE, "b": {**MADE, "state": "present"}}) + catalog_rows(
        {"daas": site(catalogs=[MOVED])}, {"a": MADE}
    )
    assert problems(rows) == []
    assert rows[-1].detail == "ctx_Gold_1 -> ctx_Gold_2"


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (FAILED, "a, image: failed (no answer)"),
        ({"state": "missing", "message": ""}, "a, image: missing"),
        ({"state": "not asked", "message": "not part of this run"}, "a, image: not asked (not part of this run)"),
        ({**MADE, "leftover": {"message": "locked"}}, "a, temporary VM: still there (locked)"),
    ],
)
def test_everything_short_of_an_image_is_a_problem(result: dict[str, Any], words: str) -> None:
    assert problems(cluster_rows({"a": result})) == [words]


def test_what_failed_at_a_prism_central_is_told_of_it() -> None:
    rows = cluster_rows(
        {
            "a": {**MADE, "prism_central": "pc"},
            "b": {**FAILED, "prism_central": "pc", "failed_at": "pc"},
            "c": FAILED,
        }
    )
    assert rows[0].detail == "from recovery point 7"
    assert problems_of(rows) == {"pc": ["image on b: failed (no answer)"], "c": ["image: failed (no answer)"]}


def test_what_advice_names_is_called_as_in_the_role() -> None:
    error = {"message": "there are 2 VMs called 'Gold'", "advice": "Give the vm_uuid.", "options": ["vm_uuid"]}
    (row,) = cluster_rows({"a": {**FAILED, "error": error}})
    assert "vm_uuid is image_release_base_vm_uuid" in row.advice


def test_a_template_that_nobody_made_tells_why() -> None:
    missing = {"pc": {"state": "missing", "message": ""}}
    assert problems(template_rows(missing)) == ["pc, template: missing (no cluster of it could make one)"]
    protection = {"message": "It is no longer held. Use a new release id."}
    assert problems(template_rows(missing, protection)) == [f"pc, template: missing ({protection['message']})"]


def test_prism_centrals_are_told_when_they_fail_or_recovery_points_went() -> None:
    rows = central_rows(
        {
            "idle": {"message": "", "removed": []},
            "clean": {"message": "", "removed": ["p", "q"]},
            "plan": {"message": "", "removed": ["t"], "planned": True},
            "stuck": {"message": "", "removed": ["r"], "leftover": {"message": "locked"}},
            "away": {"message": "no answer"},
            "lender": {"message": "", "untold": ["s"]},
        }
    )
    assert [(row.where, row.result, row.detail, row.settled) for row in rows] == [
        ("clean", "removed", "p, q", True),
        ("plan", "would be removed", "t", True),
        ("stuck", "still there", "locked", False),
        ("away", "failed", "no answer", False),
        ("lender", "left", "whether an interrupted run has ordered these copies cannot be told: s", True),
    ]


MISSING = {"state": "missing", "message": ""}
UNASKED = {"state": "not asked", "message": "not part of this run"}


@pytest.mark.parametrize(
    ("clusters", "message", "words"),
    [
        ({"a": MADE, "b": MISSING}, "", "b lacks the image"),
        ({"a": MADE, "b": FAILED}, "", "b is not known to have the image"),
        ({"a": MADE, "b": UNASKED}, "", "b was not asked"),
        ({"a": MISSING, "b": MADE}, "", "a lacks the image"),
        ({"a": UNASKED, "b": MADE, "c": UNASKED}, "", "a, c were not asked"),
        ({"a": MISSING, "b": MADE, "c": UNASKED}, "", "a lacks the image; c was not asked"),
        ({"a": MADE, "b": MADE}, "no answer", "the site failed"),
        ({"a": MADE, "b": MADE}, "", "nobody told why"),
    ],
)
def test_catalog_that_waits_tells_what_is_known_of_the_clusters(
    clusters: dict[str, Any], message: str, words: str
) -> None:
    rows = catalog_rows({"daas": site(message=message, waiting=[{"name": "X", "cluster": "b"}])}, clusters)
    assert rows[-1].detail == words


def test_catalog_of_no_cluster_waits_for_all_that_have_no_image() -> None:
    rows = catalog_rows({"daas": site(waiting=[{"name": "Y"}])}, {"a": MISSING, "b": MADE, "c": MISSING})
    assert problems(rows) == ["daas, catalog Y: not touched (a, c lack the image)"]


def test_a_site_that_failed_is_told_beside_a_cluster_that_failed() -> None:
    rows = catalog_rows(
        {"daas": site(message="the secret was refused", waiting=[{"name": "X", "cluster": "b"}])}, {"b": FAILED}
    )
    assert problems(rows) == [
        "daas, site: failed (the secret was refused)",
        "daas, catalog X: not touched (b is not known to have the image)",
    ]


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"name": "W11", "folder": "Prod"}, True),
        ({"name": "w11"}, True),
        ({"id": "ID-1"}, True),
        ({"name": "W11", "folder": "Test"}, False),
        ({"name": "W11-Sales"}, False),
        ({"id": "id-2"}, False),
    ],
)
def test_a_wish_of_which_nobody_told_is_not_fulfilled(entry: dict[str, str], named: bool) -> None:
    result = {**MOVED, "id": "id-1", "folder": "Prod"}
    rows = catalog_rows({"daas": site(catalogs=[result])}, {}, wishes_by_site={"daas": [entry]})
    assert [row.settled for row in rows] == ([True] if named else [True, False])


def test_wishes_of_one_name_are_told_by_their_folders() -> None:
    wanted = [
        {"name": "W11", "folder": "Prod"},
        {"name": "W11", "folder": "/Test/"},
        {"name": "W11", "folder": ""},
        {"id": "7"},
    ]
    rows = catalog_rows({"daas": site(message="cannot be reached")}, {}, wishes_by_site={"daas": wanted})
    assert [row.what for row in rows] == ["site", "catalog Prod/W11", "catalog Test/W11", "catalog W11", "catalog 7"]


def test_a_wish_that_met_no_catalog_is_told_once() -> None:
    missed = {
        "id": None,
        "name": "W11-Pol",
        "folder": None,
        "full_name": None,
        "action": "failed",
        "msg": "there is no catalog 'W11-Pol'",
    }
    for entry in ({"name": "W11-Pol", "folder": "Prod"}, {"id": "W11-Pol"}):
        assert len(problems(catalog_rows({"daas": site(catalogs=[missed])}, {}, wishes_by_site={"daas": [entry]}))) == 1


def test_a_roll_back_of_nothing_is_none() -> None:
    assert problems(catalog_rows({"daas": site()}, {}, rollback=True)) == [
        "daas, roll-back: nothing done (no catalog is named for any site of this run)"
    ]


def test_problems_by_host() -> None:
    rows = cluster_rows({"a": MADE, "b": FAILED})
    assert problems_of(rows) == {"b": ["image: failed (no answer)"]}


def test_failed_catalog_is_told_once_and_a_failed_site_as_such() -> None:
    failed = {**MOVED, "action": "failed", "msg": "job 1 failed"}
    assert problems(catalog_rows({"daas": site(message="1 of 1 failed", catalogs=[failed])}, {})) == [
        "daas, catalog Prod\\W11: failed (job 1 failed)"
    ]
    assert problems(catalog_rows({"daas": site(message="no answer")}, {})) == ["daas, site: failed (no answer)"]


def test_table_is_aligned_with_wide_characters() -> None:
    lines = table("Release", cluster_rows({"金a": MADE, "abc": FAILED}))
    assert lines[4] == "金a    image  image made  from protection domain snapshot 7"
    assert lines[5] == "abc    image  failed      no answer"


IMPACT = {
    "machines": 20,
    "restart": 18,
    "sessions": 12,
    "at_next_start": 2,
    "keep_image": 0,
    "delivery_groups": [{"name": "Office", "machines": 20, "restart": 18, "sessions": 12}],
}
CONCERNS = (
    "20 machines: at most 18 restart and end 12 sessions, 2 take the image at their next start; of Office (20 machines,"
    " 12 sessions)"
)


def planned(**facts: Any) -> dict[str, dict[str, Any]]:
    catalog = {
        "full_name": "W11",
        "action": "planned",
        "before": {"name": "old"},
        "after": {"name": "new"},
        "impact": IMPACT,
        "warning": None,
        **facts,
    }
    return {"daas": {"message": "", "catalogs": [catalog], "waiting": []}}


def test_a_plan_says_whom_it_concerns() -> None:
    assert [row.detail for row in catalog_rows(planned(), {})] == [f"old -> new; {CONCERNS}"]
    assert [row.detail for row in catalog_rows(planned(action="published"), {})] == ["old -> new"]
    assert [row.detail for row in catalog_rows(planned(action="restart_planned", warning="slow"), {})] == [
        f"slow; {CONCERNS}"
    ]
    assert blast_radius(planned()) == CONCERNS
    assert blast_radius(planned(impact=None)) == ""


@pytest.mark.parametrize(
    ("problems", "answers"),
    [
        ({}, {}),
        ({"b": ["image: failed"]}, {"b": ["image: failed"]}),
        ({"gone": ["image: not asked"]}, {"a": ["gone: image: not asked"]}),
        (
            {"a": ["image: failed"], "gone": ["image: not asked"]},
            {"a": ["image: failed"], "b": ["gone: image: not asked"]},
        ),
        ({"a": ["x"], "b": ["y"], "gone": ["z"]}, {"a": ["x"], "b": ["y"]}),
    ],
)
def test_who_fails_at_the_end_is_who_lacks_something(
    problems: dict[str, list[str]], answers: dict[str, list[str]]
) -> None:
    assert {host: told for host in ("a", "b") if (told := answered_by(problems, host, ["a", "b"]))} == answers


FIELDS = {"message": "there is no catalog 'Win 11. Standrad'", "advice": "Near names are 'Win 11. Standard'."}
TOLD = f"{FIELDS['message']}. {FIELDS['advice']}"


@pytest.mark.parametrize(
    "rows",
    [
        cluster_rows({"a": {"state": "failed", "message": TOLD, "error": FIELDS}}),
        cluster_rows({"a": {**MADE, "leftover": {"message": TOLD, "error": FIELDS}}})[1:],
        catalog_rows({"a": site(message=TOLD, error=FIELDS)}, {}),
        catalog_rows({"a": site(catalogs=[{**MOVED, "action": "failed", "msg": TOLD, "error": FIELDS}])}, {}),
    ],
)
def test_message_and_advice_are_fields_of_a_row(rows: list[ReportRow]) -> None:
    (row,) = rows
    assert (row.detail, row.advice) == (FIELDS["message"], FIELDS["advice"])
    assert TOLD in table("Release", rows)[4]
    assert problems(rows)[0].endswith(f"({TOLD})")


def test_the_option_of_a_module_is_told_as_the_variable_of_the_role() -> None:
    advice = "Look at 'wait_timeout', or raise wait_timeout."
    error = {"message": "'wait_timeout' is still running", "advice": advice, "options": ["wait_timeout"]}
    called = f"{advice} In the variables of the role, wait_timeout is"
    late = {"state": "failed", "message": "", "error": error}
    (replica,) = cluster_rows({"a": {**late, "timeline": [{"phase": "replicate", "failed": True}]}})
    assert (replica.detail, replica.advice) == (
        error["message"],
        f"{called} image_release_replication_timeout.",
    )
    (image,) = cluster_rows(
        {"a": {**late, "timeline": [{"phase": "replicate", "failed": False}, {"phase": "image", "failed": True}]}}
    )
    assert image.advice == error["advice"]
    (catalog,) = catalog_rows({"daas": site(catalogs=[{**MOVED, "action": "failed", "error": error}])}, {})
    assert catalog.advice == f"{called} image_release_publish_timeout."
    moved = {"daas": site(catalogs=[{**MOVED, "action": "failed", "error": error}])}
    for other in (catalog_rows(moved, {}, prepared=True), catalog_rows(moved, {}, rollback=True)):
        assert other[0].advice == f"{called} catalog_rollout_publish_timeout."
