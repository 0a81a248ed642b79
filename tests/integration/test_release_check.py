# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be meant is told before anything is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.filter.run_scope import role_options
from harness.modules import run_module

ROLES = Path(__file__).parents[2] / "roles"
CLUSTERS = ["cluster-a", "cluster-b"]
SITES = ["daas", "cvad"]
COMMON = {
    "image_release_id": "2026.11.20-1",
    "image_release_base_vm": "Gold",
    "image_release_protection_domain": "PD-Gold",
    "image_release_source": "cluster-a",
}
CATALOG = {"name": "W11-Pool", "folder": "Prod", "cluster": "cluster-a"}
WAVES = [{"name": "canary", "gate": {}}, {"name": "everyone"}]


def options(*roles: str) -> dict[str, Any]:
    return role_options(roles, str(ROLES))


def check(
    job: str = "release", on_all: dict[str, Any] | None = None, daas: dict[str, Any] | None = None, **given: Any
) -> dict[str, Any]:
    """`on_all` and `daas` are variables of every host and of that site."""
    everybody = {**(COMMON if job == "release" else {}), **(on_all or {})}
    own = {"image_release_catalogs": [CATALOG], **(daas or {})} if job == "release" else daas or {}
    arguments = {
        "job": job,
        "clusters": CLUSTERS,
        "sites": SITES,
        "taking_part": CLUSTERS + SITES,
        "variables": {host: {**everybody, **(own if host == "daas" else {})} for host in CLUSTERS + SITES},
        "options": options("image_release", "catalog_rollout"),
        **given,
    }
    return run_module("release_check", arguments)


def problems(*given: Any, **variables: Any) -> list[str]:
    result = check(*given, **variables)
    assert result.get("failed"), result
    assert result["msg"].endswith("Nothing was begun.")
    told: list[str] = result["problems"]
    return told


@pytest.fixture(autouse=True)
def in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_can_be_meant_gets_a_run_and_writes_nothing(tmp_path: Path) -> None:
    mine = {"image_release_catalogs": [{**CATALOG, "wave": "canary"}], "catalog_rollout_window_end": ""}
    result = check(daas=mine, on_all={"catalog_rollout_waves": WAVES})
    assert not result.get("failed"), result
    assert result["run"].endswith("Z")
    assert list(tmp_path.iterdir()) == []


def test_a_last_wave_that_is_not_there_is_refused() -> None:
    waves = {"catalog_rollout_waves": [{"name": "canary"}, {"name": "everyone"}]}
    (told,) = problems(on_all={**waves, "catalog_rollout_last_wave": "canari"})
    assert "catalog_rollout_last_wave is 'canari'" in told
    for last in ("canary", "", "2", 1):
        assert not check(on_all={**waves, "catalog_rollout_last_wave": last}).get("failed")


def test_a_gate_over_no_catalog_of_any_site_is_refused() -> None:
    (told,) = problems(on_all={"catalog_rollout_waves": WAVES})
    assert "wave 'canary' has a gate, and no catalog is in it" in told
    assert not check(
        on_all={"catalog_rollout_waves": WAVES, "image_release_require_catalogs": False},
        daas={"image_release_catalogs": []},
    ).get("failed")


def test_fewer_forks_than_sites_that_take_part_are_refused_with_what_to_type() -> None:
    assert problems(forks=1) == [
        "2 sites cannot wait for one another with 1 forks. Type the same command with --forks 2."
    ]
    assert not check(forks=2).get("failed")
    assert not check(forks=1, taking_part=[*CLUSTERS, "daas"]).get("failed")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"clusters": []}, "no host in the group prism_elements"),
        ({"sites": []}, "no host in the group citrix_sites"),
        ({"taking_part": ["fileserver"]}, "--limit leaves no host of prism_elements and citrix_sites in"),
    ],
)
def test_a_group_that_matches_nobody_is_a_failure(given: dict[str, Any], words: str) -> None:
    (told,) = problems(**given)
    assert words in told


@pytest.mark.parametrize(
    ("job", "group"),
    [
        ("retention", "citrix_sites"),
        ("preflight", "citrix_sites"),
        ("lineage", "citrix_sites"),
        ("rollout", "citrix_sites"),
    ],
)
def test_no_job_goes_without_its_groups(job: str, group: str) -> None:
    (told,) = problems(job, sites=[])
    assert f"no host in the group {group}" in told


def test_what_always_stays_is_no_wish() -> None:
    known = options("image_release", "image_retention")
    wishes = {"image_retention_keep": "0", "image_retention_history": 0}
    told = problems("retention", on_all=wishes, options=known)
    assert told[:2] == [f"{name} is 0 and must be 1 or more." for name in wishes]


def test_whose_images_come_from_needs_no_cluster() -> None:
    assert not check("lineage", clusters=[]).get("failed")


@pytest.mark.parametrize(
    ("on_all", "daas", "words"),
    [
        ({}, {"image_release_catalogs": []}, "No site of the group citrix_sites names a catalog"),
        (
            {},
            {"image_release_catalogs": [{**CATALOG, "cluster": "cluster-x"}]},
            "gives 'W11-Pool' the cluster 'cluster-x', which is no host",
        ),
        ({}, {"image_release_catalogs": [{**CATALOG, "clutser": "cluster-a"}]}, "clutser"),
        ({}, {"image_release_catalogs": [{"folder": "Prod"}]}, "each catalog is given by its name"),
        ({}, {"image_release_catalogs": [{**CATALOG, "id": ""}]}, "Leave out the other, also when it is empty"),
        ({}, {"image_release_catalogs": [{"id": "7", "folder": "Prod"}]}, "each catalog is given by its name"),
        (
            {},
            {"image_release_catalogs": [CATALOG, {"name": "w11-pool", "folder": "/prod/"}]},
            "names the catalog 'w11-pool' twice",
        ),
        (
            {},
            {"image_release_catalogs": "W11-Pool"},
            "image_release_catalogs is text and must be a list: with -e, the whole is JSON: "
            "-e '{\"image_release_catalogs\": ...}' (on daas)",
        ),
        (
            {},
            {"image_release_catalogs": [{**CATALOG, "wave": "canray"}], "catalog_rollout_waves": WAVES},
            "is in wave 'canray'",
        ),
        ({"catalog_rollout_waves": [{"name": "all", "gate": {"registered": 9}}]}, {}, "registered"),
        ({"catalog_rollout_waves": []}, {}, "holds no wave"),
        ({"catalog_rollout_window_end": "tomorrow"}, {}, "'tomorrow' is no moment with an offset from UTC"),
        ({"catalog_rollout_window_end": "2026-11-21T06:00:00"}, {}, "is no moment with an offset from UTC"),
        ({"catalog_rollout_on_closed_gate": "rollback"}, {}, "roll_back"),
        (
            {"image_release_reboot": "soon"},
            {},
            "reboot must be a dictionary, and 'soon' is none. Write it like '{key: value}'.",
        ),
        ({"image_release_reboot": "{within_minutes: ["}, {}, "reboot: while parsing"),
        ({"image_release_reboot": {"within_minutes": "soon"}}, {}, "within_minutes"),
        ({"image_release_reboot": {"within_minute": 5}}, {}, "within_minute"),
        ({"image_release_reboot": {"within_minutes": 60, "warning_minutes": 5}}, {}, "warning_message is missing"),
        (
            {"image_release_source": "cluster-x"},
            {},
            "'cluster-x', which is no host of the group prism_elements. Near names are 'cluster-",
        ),
        ({"image_release_source": ""}, {}, "image_release_source is missing"),
        ({}, {"image_release_id": "2026.11.20-2"}, "image_release_id must be the same on all hosts"),
        ({}, {"image_release_base_vm": "Gold2"}, "image_release_base_vm must be the same on all hosts"),
        ({"image_release_id": "../../etc/cron"}, {}, "is no release id"),
        ({"image_release_id": 1.10}, {}, "image_release_id is the number 1.1 and must be text"),
        ({"image_release_note": 2026.10}, {}, "image_release_note is the number 2026.1"),
        ({"image_release_id": ""}, {}, "image_release_id is missing"),
        ({"image_release_prefix": ""}, {}, "image_release_prefix is empty: leave it out, or give a text"),
        ({"image_release_publish_when": "all"}, {}, "needed_clusters"),
        ({"image_release_concurrency": "many"}, {}, "image_release_concurrency"),
        (
            {"image_release_report_path": "/dev/null/report.json"},
            {},
            "'/dev/null/report.json', which cannot be written: /dev/null is no directory",
        ),
        ({"image_release_report_path": "/"}, {}, "it is a directory"),
        (
            {"image_release_page_template": "/none.j2"},
            {},
            "image_release_page_template is '/none.j2', which is no file.",
        ),
        (
            {"image_release_report_path": "same.html"},
            {},
            "image_release_page_path and image_release_report_path are both",
        ),
    ],
)
def test_every_wrong_variable_is_told(on_all: dict[str, Any], daas: dict[str, Any], words: str) -> None:
    told = problems(on_all=on_all, daas=daas)
    assert words in " ".join(told)


def test_waves_that_differ_between_sites() -> None:
    told = problems(on_all={"catalog_rollout_waves": WAVES}, daas={"catalog_rollout_waves": WAVES[::-1]})
    assert any(text.startswith("catalog_rollout_waves must be the same on all hosts") for text in told)


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = problems(
        on_all={"image_release_source": "cluster-x", "catalog_rollout_window_end": "soon"},
        daas={"image_release_base_vm": "Other"},
    )
    assert len(told) == 3


def test_no_path_is_made_of_a_wrong_id(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (told,) = problems(on_all={"image_release_id": f"x/../../{outside.name}/y"})
    assert "is no release id" in told


def test_images_for_catalogs_that_are_to_be_created() -> None:
    result = check(on_all={"image_release_require_catalogs": "no"}, daas={"image_release_catalogs": []})
    assert not result.get("failed"), result


def test_a_roll_out_needs_an_image_and_catalogs() -> None:
    assert problems("rollout") == [
        (
            "catalog_rollout_image is missing: the image, by its exact name or its path; or"
            " catalog_rollout_image_definition with catalog_rollout_image_release or catalog_rollout_image_number for a"
            " prepared one."
        ),
        (
            "No site of the group citrix_sites names a catalog in catalog_rollout_catalogs, so that nothing would be"
            " moved. Give them like {name: W11-Pool, folder: Prod}."
        ),
    ]
    result = check("rollout", {"catalog_rollout_image": "ctx_Gold_1"}, {"catalog_rollout_catalogs": [CATALOG]})
    assert not result.get("failed"), result


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"definition": "W11", "release": "1"}, ""),
        ({"definition": "W11", "number": "3"}, ""),
        ({"definition": "W11", "number": "three"}, "catalog_rollout_image_number"),
        ({"definition": "W11"}, "needs either catalog_rollout_image_release or catalog_rollout_image_number"),
        ({"definition": "W11", "release": "1", "number": 3}, "needs either"),
        ({"release": "1"}, "catalog_rollout_image_definition is missing"),
        ({"": "ctx_Gold_1", "definition": "W11", "release": "1"}, "catalog_rollout_image is a master image"),
        ({}, "catalog_rollout_image is missing"),
    ],
)
def test_a_roll_out_of_a_prepared_image_names_one_version(given: dict[str, Any], told: str) -> None:
    variables = {f"catalog_rollout_image_{part}".removesuffix("_"): value for part, value in given.items()}
    result = check("rollout", variables, {"catalog_rollout_catalogs": [CATALOG]})
    assert told in " ".join(result["problems"])
    assert bool(result["problems"]) is bool(told)


def test_catalogs_that_all_have_their_own_image_need_no_other() -> None:
    own = [{"name": "A", "image": "ctx_Gold_1"}, {"name": "B", "image_version": {"definition": "W11", "number": 3}}]
    assert not check("rollout", daas={"catalog_rollout_catalogs": own}).get("failed")
    (told,) = problems("rollout", daas={"catalog_rollout_catalogs": [*own, {"name": "C"}]})
    assert "catalog_rollout_image is missing" in told


@pytest.mark.parametrize("name", ["image_rollback_catalogs", "image_release_catalogs"])
def test_a_roll_back_needs_catalogs(name: str) -> None:
    given = {"image_release_id": "1", "image_release_base_vm": "Gold"}
    assert "nothing would be moved" in problems("rollback", given)[0]
    assert "'a/b' is no release id" in problems("rollback", {**given, "image_release_id": "a/b"}, {name: [CATALOG]})[0]
    too_long = problems("rollback", {**given, "image_release_id": "9" * 300}, {name: [CATALOG]})
    assert "cannot be written: File name too long" in too_long[0]
    # A catalog that is called 2019, of which YAML made a number
    assert not check("rollback", given, {"image_rollback_catalogs": 2019}).get("failed")
    nowhere = problems(
        "rollback",
        {**given, "image_rollback_from_image": ""},
        {name: [CATALOG]},
        options={"image_rollback_from_image": {"type": "str"}},
    )
    assert "image_rollback_image names none" in nowhere[0]
    result = check("rollback", given, {"image_rollback_catalogs": None, name: [CATALOG]})
    assert not result.get("failed"), result


POLICY = {"image_release_strategy": "protection_policy"}
SINCE = {"image_release_recovery_point_since": "2026-11-20T14:00:00Z"}
NAMED = {"image_release_recovery_point": "sealed"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (POLICY, "nothing says how old the recovery point may be"),
        ({**POLICY, "image_release_recovery_point_since": "yesterday"}, "must be a moment such as"),
        (SINCE, "is for existing recovery points"),
        (NAMED, "needs the strategy recovery_point or protection_policy"),
        ({"image_release_policy_locations": ["a"]}, "image_release_policy_locations needs the strategy"),
        (
            {"image_release_strategy": "recovery_point", "image_release_on_demand": True},
            "image_release_on_demand needs",
        ),
    ],
)
def test_a_wish_about_recovery_points_that_would_not_be_looked_at_is_refused(given: dict[str, Any], words: str) -> None:
    assert words in " ".join(problems(on_all=given, centrals=["pc"]))


BY_POINTS = {"image_release_strategy": "recovery_point"}
BY_DOMAIN = {"image_release_strategy": "protection_domain"}


def test_a_source_that_is_none_does_not_change_how_the_image_travels() -> None:
    given = {**BY_POINTS, "image_release_source": "cluster-x", "image_release_protection_domain": ""}
    (told,) = problems(on_all=given, centrals=["pc"])
    assert "'cluster-x', which is no host" in told


def told_where_one_differs(host: str, own: dict[str, Any], on_all: dict[str, Any]) -> str:
    everybody = {**COMMON, "image_release_catalogs": [CATALOG], **on_all}
    variables = {name: {**everybody, **(own if name == host else {})} for name in CLUSTERS + SITES}
    result = check(variables=variables, centrals=["pc"])
    return " ".join(result["problems"])


def test_clusters_without_a_prism_central_have_a_place_beside_the_others() -> None:
    assert told_where_one_differs("cluster-b", BY_DOMAIN, BY_POINTS) == ""


@pytest.mark.parametrize(
    ("host", "own", "on_all", "words"),
    [
        ("cluster-a", BY_DOMAIN, BY_POINTS, "make recovery points only of VMs on their own clusters"),
        ("cluster-b", BY_DOMAIN, {**POLICY, **SINCE}, "Beside it a recovery point is made on demand"),
        ("cluster-b", BY_DOMAIN, {**BY_POINTS, **NAMED}, "Beside it a recovery point is made on demand"),
        ("cluster-b", BY_DOMAIN, {**BY_POINTS, "image_release_protection_domain": ""}, "is missing, for cluster-b"),
        ("cluster-b", BY_POINTS, {**POLICY, **SINCE}, "must be the same on all hosts"),
        ("daas", BY_DOMAIN, BY_POINTS, "must be the same on all hosts"),
    ],
)
def test_clusters_without_a_prism_central_beside_what_they_cannot_share(
    host: str, own: dict[str, Any], on_all: dict[str, Any], words: str
) -> None:
    assert words in told_where_one_differs(host, own, on_all)


@pytest.mark.parametrize(
    "given",
    [
        {**POLICY, **SINCE},
        {**POLICY, **NAMED},
        {**POLICY, "image_release_recovery_point_max_age": 60, "image_release_policy_locations": []},
        {"image_release_strategy": "recovery_point", **NAMED, **SINCE},
        {"image_release_on_demand": False},
    ],
)
def test_wishes_about_recovery_points_that_belong_together(given: dict[str, Any]) -> None:
    assert check(on_all=given, centrals=["pc"])["problems"] == []
