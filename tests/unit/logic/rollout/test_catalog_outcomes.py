# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.catalog_outcomes import (
    UNSETTLED,
    CatalogOutcome,
    failure,
    results,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog, HostingUnit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import MasterImage

UNIT = HostingUnit("unit-1", "AHV-01", "XDHyp:\\HostingUnits\\AHV-01", "conn-1", "conn")
OLD = "XDHyp:\\HostingUnits\\AHV-01\\old.template"
NEW = "XDHyp:\\HostingUnits\\AHV-01\\new.template"


def catalog(name: str) -> Catalog:
    return Catalog(
        f"id-{name}", name, f"Prod/{name}", ("Prod",), hosting_unit=UNIT, master_image=MasterImage("old", OLD)
    )


MOVED = CatalogOutcome(
    "Prod/A",
    catalog("A"),
    "published",
    NEW,
    changed=True,
    job_id="j",
    job_status="Complete",
    seconds=1.26,
    impact={"machines": 2},
)
LEFT = CatalogOutcome("Prod/B", catalog("B"), "unchanged", OLD)
FAILED = CatalogOutcome("Prod/C", catalog("C"), "failed", OLD, msg="job j failed: no space.")
MISSED = CatalogOutcome("D", None, "failed", msg="there is no catalog 'D'")


def test_results_tell_every_catalog_and_the_diff_only_those_found() -> None:
    result = results([MOVED, LEFT, FAILED, MISSED])
    assert result["changed"]
    assert result["diff"] == {
        "before": {"Prod/A": OLD, "Prod/B": OLD, "Prod/C": OLD},
        "after": {"Prod/A": NEW, "Prod/B": OLD, "Prod/C": OLD},
    }
    assert [entry["name"] for entry in result["catalogs"]] == ["A", "B", "C", "D"]
    assert result["catalogs"][0] == {
        "id": "id-A",
        "name": "A",
        "folder": "Prod",
        "full_name": "Prod/A",
        "hosting_unit": "AHV-01",
        "before": {"name": "old", "path": OLD},
        "after": {"name": "new", "path": NEW},
        "action": "published",
        "changed": True,
        "job_id": "j",
        "job_status": "Complete",
        "seconds": 1.3,
        "started": None,
        "finished": None,
        "machines_take_image": None,
        "impact": {"machines": 2},
        "warning": None,
        "msg": None,
        "error": None,
    }
    assert result["catalogs"][3]["id"] is None
    assert result["catalogs"][3]["after"] is None


def test_catalogs_whose_machines_keep_their_image_are_called_that() -> None:
    persistent = replace(catalog("P"), clean_on_boot=False, total_count=20)
    for outcome in (replace(LEFT, catalog=persistent), replace(MOVED, catalog=persistent, warning="slow")):
        (facts,) = results([outcome])["catalogs"]
        assert facts["machines_take_image"] is False
        assert "its 20 machines keep the image that they were made from" in facts["warning"]
        assert facts["warning"].startswith("slow; ") == bool(outcome.warning)
    assert results([replace(LEFT, catalog=replace(persistent, total_count=0))])["catalogs"][0]["warning"] is None


def test_failure_is_one_sentence_that_names_all() -> None:
    assert failure([MOVED, LEFT]) is None
    assert refusal([MISSED]) == ("D: there is no catalog 'D'", UNSETTLED["failed"], ())
    assert refusal([MOVED, FAILED, MISSED]) == (
        "2 of 3 catalogs failed: Prod/C: job j failed: no space; D: there is no catalog 'D'",
        UNSETTLED["failed"],
        (),
    )


def refusal(outcomes: list[CatalogOutcome]) -> tuple[str, str, tuple[str, ...]]:
    error = failure(outcomes)
    assert error
    return error.message, error.advice, error.options


def test_failures_of_all_catalogs_are_rows_and_keep_the_options_that_help() -> None:
    late = replace(FAILED, msg="it still runs", advice="Raise wait_timeout.", options=("wait_timeout",))
    assert refusal([late, late])[2] == ("wait_timeout",)
    assert results([MOVED, late, MISSED])["failures"] == [
        {"id": FAILED.catalog.id if FAILED.catalog else "", "name": "Prod/C", "reason": late.told},
        {"id": "", "name": "D", "reason": "there is no catalog 'D'"},
    ]
    assert results([MOVED, LEFT])["failures"] == []


def test_a_catalog_that_failed_tells_its_advice_apart() -> None:
    mistyped = replace(
        MISSED, msg="there is no catalog 'Win 11. Standrad'", advice="Near names are 'Win 11. Standard'."
    )
    assert refusal([mistyped, mistyped]) == (
        f"2 of 2 catalogs failed: D: {mistyped.msg}; D: {mistyped.msg}",
        mistyped.advice,
        (),
    )
    told = results([mistyped])["catalogs"][0]
    assert told["error"] == {"message": mistyped.msg, "advice": mistyped.advice}
    assert told["msg"] == f"{mistyped.msg}. {mistyped.advice}"


def test_nothing_to_do_is_no_change() -> None:
    assert not results([LEFT])["changed"]
    assert results([])["changed"] is False
