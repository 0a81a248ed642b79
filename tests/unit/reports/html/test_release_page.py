# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import release_timeline as timeline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.release_page import release_page
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release import (
    catalog_rows,
    cluster_rows,
    problems,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release_paths import paths
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.rows import as_dicts
from harness.pages import AWKWARD, Page, as_kept, weak_colours
from harness.pages import look as look_at

BEGAN = datetime(2026, 11, 20, 23, 33, tzinfo=timezone.utc)
REMAINS_MISSING = {"state": "failed", "message": "Prism Element cluster-b cannot be reached. Check the address."}


def at(seconds: float) -> str:
    return iso_milliseconds(BEGAN + timedelta(seconds=seconds))


def made(name: str) -> dict[str, Any]:
    spans = {"replicate": (10, 300), "restore": (300, 330), "image": (331, 335), "remove": (336, 340)}
    work = [
        {"phase": phase, "started": at(first), "finished": at(last), "failed": False}
        for phase, (first, last) in spans.items()
    ]
    return {
        "state": "made",
        "message": "",
        "snapshot_id": "cluster-a:7",
        "image_uuid": f"uuid-of-{name}",
        "timeline": work,
    }


def moved(name: str, **given: Any) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "folder": "",
        "full_name": name,
        "action": "published",
        "before": {"name": "ctx_Gold_1"},
        "after": {"name": "ctx_Gold_2"},
        "started": at(345),
        "finished": at(1200),
        "warning": None,
        "msg": None,
        **given,
    }


def site(*catalogs: dict[str, Any], waiting: Any = (), message: str = "") -> dict[str, Any]:
    return {"message": message, "catalogs": list(catalogs), "waiting": list(waiting)}


def report(
    clusters: dict[str, Any],
    sites: dict[str, Any],
    protection: Any = None,
    check: bool = False,
    rollback: bool = False,
    **given: Any,
) -> dict[str, Any]:
    """As image_release_report writes it."""
    steps = timeline.release_steps("cluster-a", protection or {}, clusters, sites, rollback)
    rows = cluster_rows(clusters) + catalog_rows(sites, clusters, rollback)
    missing = problems(rows)
    return {
        "release": "2",
        "rollback": rollback,
        "base_vm": "Gold",
        "image": "ctx_Gold_2",
        "protection_domain": "PD-Gold",
        "source": "cluster-a",
        "operator": "a.meier",
        "protection": protection or {},
        "clusters": clusters,
        "sites": sites,
        "wanted": {},
        "started": at(0),
        "finished": at(1203),
        "seconds": 1203.0,
        "timeline": timeline.as_dicts(steps),
        "critical_path": timeline.as_dicts(timeline.critical_path(steps)),
        "complete": not missing and not check,
        "check_mode": check,
        "problems": missing,
        "rows": as_dicts(rows),
        **given,
    }


def look(data: dict[str, Any]) -> Page:
    return look_at(release_page(data))


WANTED = {"daas": [{"name": "W11", "cluster": "cluster-a"}, {"name": "Lab", "cluster": "cluster-b"}]}
SNAPSHOT = {
    "snapshot_id": "7",
    "timeline": [{"phase": "snapshot", "started": at(2), "finished": at(8), "failed": False}],
}


def test_complete_release() -> None:
    gate = {"machines": 20, "on": 18, "out_of_date": 1, "proven": 17}
    page = look(
        report(
            {"cluster-a": made("a")}, {"daas": site(moved("W11", gate=gate, wave="canary"))}, SNAPSHOT, wanted=WANTED
        )
    )
    assert "Complete. Every cluster has the image" in page.text
    assert "What is missing" not in page.text
    assert "1 of 1 catalogs on it" in page.text
    assert "17 of 20 machines run the image" in page.text
    assert "wave canary" in page.text
    assert "Publish W11" in page.text
    assert "20 min 3 s" in page.text
    assert {"snapshot on-path", "replicate on-path", "publish on-path"} <= {
        attributes["class"] for attributes in page.all("rect")
    }


def test_the_policy_that_made_the_recovery_point_is_told_of_each_path_and_of_the_lineage() -> None:
    point = "0dfd7b0c-3a6e-4c0c-8f5e-7b1b2f6a9d01"
    clusters = {"cluster-a": {**made("a"), "snapshot_id": point, "prism_central": "pc-east", "copy_id": "copy-1"}}
    templates = {"pc-west": {"state": "made", "message": "", "snapshot_id": point, "ext_id": "template-1"}}
    protection = {"snapshot_id": point, "policy": "Images <& Söhne>"}
    data = report(clusters, {"daas": site(moved("W11"))}, protection, paths=paths(clusters, templates, protection))
    assert [path["policy"] for path in data["paths"]] == [protection["policy"]] * 2
    text = look(data).text
    assert text.count(f"made by the protection policy {protection['policy']}") == 3


def test_machines_of_a_wave_that_was_taken_back_are_not_said_to_run_the_image() -> None:
    gate = {"machines": 11, "proven": 11}
    back = moved(
        "W11", gate=gate, wave="canary", action="rolled_back", after={"name": "ctx_Gold_1"}, msg="The gate closed"
    )
    page = look(report({"cluster-a": made("a")}, {"daas": site(back)}, SNAPSHOT, wanted=WANTED))
    assert "0 of 11 machines run the image" in page.text
    both = look(
        report({"cluster-a": made("a")}, {"daas": site(back, moved("W10", gate=gate))}, SNAPSHOT, wanted=WANTED)
    )
    assert "11 of 22 machines run the image" in both.text


def test_what_is_missing_comes_first_and_consequences_are_told_once() -> None:
    waiting = [{"name": "Lab", "cluster": "cluster-b"}, {"name": "Test", "folder": "Prod", "cluster": "cluster-b"}]
    failed = moved("W11", action="failed", msg="job 1 failed: no space")
    page = look(
        report(
            {"cluster-a": made("a"), "cluster-b": REMAINS_MISSING},
            {"daas": site(failed, waiting=waiting)},
            SNAPSHOT,
            wanted=WANTED,
        )
    )
    assert page.text.index("What is missing") < page.text.index("Critical path")
    assert "daas, catalog Lab, catalog Prod/Test: not touched" in page.text
    assert "Prism Element cluster-b cannot be reached. Check the address." in page.text
    assert "job 1 failed: no space" in page.text
    assert "publish failed on-path" in {attributes["class"] for attributes in page.all("rect")}
    assert "No image" in page.text


@pytest.mark.parametrize(
    ("state", "action", "check", "words"),
    [
        (
            "planned",
            "planned",
            True,
            (
                "A plan: nothing was changed.",
                "A plan does nothing",
                "clusters with the image (planned)",
                "would be moved to the image",
            ),
        ),
        (
            "present",
            "unchanged",
            False,
            ("nothing had to be done", "Nothing had to be done", "Keep the image", "Leave as it is"),
        ),
        ("present", "restarted", False, ("Restart its machines",)),
    ],
)
def test_pages_of_runs_that_do_nothing(state: str, action: str, check: bool, words: tuple[str, ...]) -> None:
    catalog = moved("W11", action=action, started=None, finished=None)
    page = look(report({"cluster-a": {"state": state, "message": ""}}, {"daas": site(catalog)}, check=check))
    assert page.all("svg") == []
    assert [text for text in words if text not in page.text] == []


def test_plan_that_would_fail_says_so() -> None:
    page = look(
        report(
            {"cluster-a": REMAINS_MISSING},
            {"daas": site(waiting=[{"name": "W11", "cluster": "cluster-a"}])},
            check=True,
        )
    )
    assert "It would not be complete: 2 parts are missing" in page.text
    assert "Remove the obstacles" in page.text


def test_roll_back_tells_of_catalogs_only() -> None:
    page = look(
        report({}, {"daas": site(moved("W11", action="rolled_back"))}, rollback=True, protection_domain=None, source="")
    )
    assert "Every catalog has left the image." in page.text
    assert "Moved back" in page.text
    assert "Lineage" not in page.text


def test_site_and_cluster_that_were_not_part_of_the_run() -> None:
    away = {"state": "not asked", "message": "not part of this run, or the run ended before"}
    page = look(report({"cluster-a": away}, {"daas": site(message="no answer")}))
    assert "no answer" in page.text
    assert "No catalogs of this site use the image." in page.text


def test_empty_release() -> None:
    look(report({}, {}, protection_domain=None, source="", operator=""))


def test_catalogs_find_their_cluster_by_id_or_by_name_and_folder() -> None:
    wanted = {
        "daas": [
            {"name": "w11", "folder": "Test", "cluster": "b"},
            {"name": "W11", "folder": "prod|desks", "cluster": "a"},
            {"id": "9", "cluster": "b"},
        ]
    }
    catalogs = [moved("W11", folder="Prod/Desks", full_name="Prod/Desks/W11"), moved("Lab", id="9"), moved("Other")]
    page = look(report({"a": made("a"), "b": made("b")}, {"daas": site(*catalogs)}, wanted=wanted))
    lineage = page.text[page.text.rindex("Where the image of each catalog comes from.") :]
    order = ["Image on a", "Prod/Desks/W11", "Image on b", "Lab", "Catalogs that name no cluster", "Other"]
    assert [lineage.index(part) for part in order] == sorted(lineage.index(part) for part in order)


def test_large_estate_is_folded() -> None:
    clusters = {f"cluster-{number:02d}": made(str(number)) for number in range(50)}
    catalogs = [moved(f"W11-{number:03d}") for number in range(300)]
    wanted = {"daas": [{"name": f"W11-{number:03d}", "cluster": f"cluster-{number % 50:02d}"} for number in range(300)]}
    page = look(report(clusters, {"daas": site(*catalogs)}, SNAPSHOT, wanted=wanted))
    folded = [attributes for attributes in page.all("details") if "open" not in attributes]
    assert len(folded) == 52
    assert len(page.all("svg")) == 5 + 50 + 300


def awkward_report(name: str) -> dict[str, Any]:
    clusters = {name: made(name), f"{name}2": {"state": "failed", "message": name}}
    sites = {
        name: site(
            moved(name, before={"name": name}, warning=name, wave=name),
            moved("x", action="failed", msg=name),
            waiting=[{"name": name, "cluster": name}],
        )
    }
    wanted = {name: [{"name": name, "cluster": name}]}
    return report(
        clusters,
        sites,
        SNAPSHOT,
        wanted=wanted,
        base_vm=name,
        release=name,
        image=name,
        operator=name,
        source=name,
        protection_domain=name,
    )


def test_awkward_names_are_text_everywhere() -> None:
    page = look(awkward_report(AWKWARD))
    assert page.text.count(AWKWARD) > 20
    assert any(AWKWARD in (attributes["aria-label"] or "") for attributes in page.all("svg"))


@given(st.text(alphabet=st.characters(codec=None), min_size=1, max_size=30))
def test_no_name_breaks_the_page(name: str) -> None:
    page = look(awkward_report(name))
    assert as_kept(name) in page.text


@pytest.mark.parametrize("scheme", [0, 1])
def test_colours_have_enough_contrast(scheme: int) -> None:
    assert (
        weak_colours(release_page(report({}, {})), scheme, [phase.replace(" ", "-") for phase in timeline.PHASES]) == []
    )
