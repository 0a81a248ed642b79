# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import (
    from_iso_milliseconds,
    iso_milliseconds,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release_timeline import (
    as_dicts,
    critical_path,
    from_dicts,
    needs_of,
    own_paths,
    release_steps,
)

BEGAN = datetime(2026, 11, 20, 23, 33, tzinfo=timezone.utc)


def at(seconds: float) -> str:
    return iso_milliseconds(BEGAN + timedelta(seconds=seconds))


def piece(phase: str, started: float, finished: float) -> dict[str, Any]:
    return {"phase": phase, "started": at(started), "finished": at(finished), "failed": False}


def catalog(full_name: str, started: float | None, finished: float | None, **given: Any) -> dict[str, Any]:
    times = [None if seconds is None else at(seconds) for seconds in (started, finished)]
    return {"full_name": full_name, "action": "published", "started": times[0], "finished": times[1], **given}


def site(*catalogs: dict[str, Any]) -> dict[str, Any]:
    return {"message": "", "catalogs": list(catalogs), "waiting": []}


PROTECTION = {"timeline": [piece("snapshot", 1, 5)]}
CLUSTERS = {
    "a": {
        "timeline": [piece("replicate", 6, 6), piece("restore", 7, 30), piece("image", 31, 35), piece("remove", 36, 40)]
    },
    "b": {
        "timeline": [
            piece("replicate", 6, 600),
            piece("restore", 601, 630),
            piece("image", 631, 635),
            piece("remove", 636, 640),
        ]
    },
    "c": {"timeline": []},
}


def told(*arguments: Any, **options: Any) -> list[tuple[str, str, str]]:
    return [
        (step.where, step.what, step.phase)
        for step in critical_path(release_steps("a", PROTECTION, *arguments, **options))
    ]


def test_path_leads_from_the_snapshot_over_the_slowest_cluster_to_the_last_catalog() -> None:
    sites = {"daas": site(catalog("X", 650, 1500), catalog("Y", 650, 1400)), "cvad": site(catalog("Z", 650, 1000))}
    assert told(CLUSTERS, sites) == [
        ("a", "", "snapshot"),
        ("b", "", "replicate"),
        ("b", "", "restore"),
        ("b", "", "image"),
        ("daas", "X", "publish"),
    ]


WANTED = {"daas": [{"name": "x", "folder": "Prod", "cluster": "a"}, {"id": "ID-Y", "cluster": "b"}, {"name": "Z"}]}


def test_a_slow_cluster_is_on_the_path_of_its_own_catalogs_only() -> None:
    sites = {
        "daas": site(
            catalog("Prod/X", 36, 936, name="X", folder="Prod", id="id-x"),
            catalog("Y", 636, 1536, name="Y", folder="", id="id-y"),
            catalog("Z", 636, 836, name="Z", folder="", id="id-z"),
        )
    }
    needs = needs_of(sites, WANTED)
    assert needs == {("daas", "Prod/X"): ["a"], ("daas", "Y"): ["b"]}
    steps = release_steps("a", PROTECTION, CLUSTERS, sites)
    paths = {path["what"]: (path["path_seconds"], path["seconds"]) for path in own_paths(steps, needs, BEGAN)}
    assert paths == {
        "Prod/X": (4 + 23 + 4 + 900, 936),
        "Y": (4 + 594 + 29 + 4 + 900, 1536),
        "Z": (4 + 594 + 29 + 4 + 200, 836),
    }
    last = release_steps(
        "a", PROTECTION, CLUSTERS, {"daas": {"catalogs": [catalog("Prod/X", 700, 936, name="X", folder="Prod")]}}
    )
    assert ("b", "", "image") not in [(*step.lane, step.phase) for step in critical_path(last, needs)]
    assert ("b", "", "image") in [(*step.lane, step.phase) for step in critical_path(last)]


def test_a_namesake_in_another_folder_needs_nothing_of_it() -> None:
    sites = {"daas": site(catalog("Test/X", 36, 936, name="X", folder="Test", id="id-t"))}
    assert needs_of(sites, WANTED) == {}


def test_what_failed_or_was_there_has_no_path() -> None:
    sites = {"daas": site(catalog("X", 36, 936, action="failed"), catalog("Y", None, None, action="unchanged"))}
    assert own_paths(release_steps("a", PROTECTION, CLUSTERS, sites), {}, BEGAN) == []


def test_catalog_that_waited_for_its_turn_follows_the_one_before() -> None:
    sites = {"daas": site(catalog("X", 650, 900), catalog("Y", 901, 1400)), "cvad": site(catalog("Z", 650, 900.5))}
    assert told(CLUSTERS, sites)[-2:] == [("daas", "X", "publish"), ("daas", "Y", "publish")]


def test_without_catalogs_it_ends_with_the_last_cluster() -> None:
    assert told(CLUSTERS, {"daas": site(catalog("X", None, None))})[-1] == ("b", "", "remove")


def test_nothing_done_is_no_path() -> None:
    assert critical_path(release_steps("a", {}, {"a": {}}, {"daas": site(catalog("X", None, None))})) == []


def test_wave_that_was_taken_back_is_two_steps() -> None:
    back = catalog("X", 1600, 1700, action="rolled_back")
    sites = {"daas": site(catalog("X", 650, 1500, action="rolled_back", rollback=back))}
    assert told(CLUSTERS, sites)[-2:] == [("daas", "X", "publish"), ("daas", "X", "roll back")]
    alone = release_steps("", {}, {}, {"daas": site(back)}, rollback=True)
    assert [(step.phase, step.failed) for step in alone] == [("roll back", False)]


def test_failed_catalog_is_a_failed_step() -> None:
    (step,) = release_steps("", {}, {}, {"daas": site(catalog("X", 1, 2, action="failed"))})
    assert (step.failed, step.seconds) == (True, 1.0)


pieces = st.lists(
    st.tuples(st.sampled_from(["replicate", "restore", "image", "remove"]), st.integers(0, 999), st.integers(0, 999)),
    max_size=6,
)


@given(st.lists(pieces, max_size=4), st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), max_size=8))
def test_any_path_is_a_chain_in_time_and_survives_the_file(clusters: list[Any], catalogs: list[Any]) -> None:
    results = {
        str(number): {"timeline": [piece(phase, min(span), max(span)) for phase, *span in timeline]}
        for number, timeline in enumerate(clusters)
    }
    sites = {"daas": site(*(catalog(str(number), min(span), max(span)) for number, span in enumerate(catalogs)))}
    steps = release_steps("0", PROTECTION, results, sites)
    path = critical_path(steps)
    assert all(before.started < after.started for before, after in itertools.pairwise(path))
    assert (steps, path) == (from_dicts(as_dicts(steps)), from_dicts(as_dicts(path)))


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2999, 1, 1)))
def test_moments_survive_being_written(moment: datetime) -> None:
    exact = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=timezone.utc)
    assert from_iso_milliseconds(iso_milliseconds(exact)) == exact
