# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.release_report import blast_radius, catalog_rows, cluster_rows, problems, table

MADE = {"state": "made", "message": "", "snapshot_id": "7"}
FAILED = {"state": "failed", "message": "no answer"}
MOVED = {"name": "W11", "full_name": "Prod\\W11", "action": "published", "before": {"name": "ctx_Gold_1"}, "after": {"name": "ctx_Gold_2"}}


def site(**given: Any) -> dict[str, Any]:
    return {"message": "", "catalogs": [], "waiting": [], **given}


def test_complete_release_has_no_problem() -> None:
    rows = cluster_rows({"a": MADE, "b": {**MADE, "state": "present"}}) + catalog_rows({"daas": site(catalogs=[MOVED])}, {"a": MADE})
    assert problems(rows) == []
    assert rows[-1].detail == "ctx_Gold_1 -> ctx_Gold_2"


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (FAILED, "a, image: failed (no answer)"),
        ({"state": "missing", "message": ""}, "a, image: missing"),
        ({"state": "not asked", "message": "not part of this run"}, "a, image: not asked (not part of this run)"),
        ({**MADE, "leftover": "locked"}, "a, temporary VM: still there (locked)"),
    ],
)
def test_everything_short_of_an_image_is_a_problem(result: dict[str, Any], words: str) -> None:
    assert problems(cluster_rows({"a": result})) == [words]


def test_catalog_that_waits_names_the_cluster_it_waits_for() -> None:
    rows = catalog_rows({"daas": site(waiting=[{"name": "X", "cluster": "b"}, {"name": "Y"}])}, {"a": MADE, "b": FAILED})
    assert problems(rows) == ["daas, catalog X: not touched (b lacks the image)", "daas, catalog Y: not touched (a cluster lacks the image)"]


def test_failed_catalog_is_told_once_and_a_failed_site_as_such() -> None:
    failed = {**MOVED, "action": "failed", "msg": "job 1 failed"}
    assert problems(catalog_rows({"daas": site(message="1 of 1 failed", catalogs=[failed])}, {})) == ["daas, catalog Prod\\W11: failed (job 1 failed)"]
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
CONCERNS = "20 machines: at most 18 restart and end 12 sessions, 2 take the image at their next start; of Office (20 machines, 12 sessions)"


def planned(**facts: Any) -> dict[str, dict[str, Any]]:
    catalog = {"full_name": "W11", "action": "planned", "before": {"name": "old"}, "after": {"name": "new"}, "impact": IMPACT, "warning": None, **facts}
    return {"daas": {"message": "", "catalogs": [catalog], "waiting": []}}


def test_a_plan_says_whom_it_concerns() -> None:
    assert [row.detail for row in catalog_rows(planned(), {})] == [f"old -> new; {CONCERNS}"]
    assert [row.detail for row in catalog_rows(planned(action="published"), {})] == ["old -> new"]
    assert [row.detail for row in catalog_rows(planned(action="restart_planned", warning="slow"), {})] == [f"slow; {CONCERNS}"]
    assert blast_radius(planned()) == CONCERNS
    assert blast_radius(planned(impact=None)) == ""
