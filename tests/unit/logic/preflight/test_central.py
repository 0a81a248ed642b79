# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the preflight says of Prism Centrals and of the clusters that they manage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import ReleaseRequest
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.judging import (
    CENTRAL_CHECKS,
    CLUSTER_CHECKS,
    judge,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import OK, STOP, WARNING

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=timezone.utc)
RELEASE = ReleaseRequest("Gold", "", "a", "ctx_", release="2", strategy="recovery_point")
OF_CENTRALS = {kind for kind, _phase, _check in CENTRAL_CHECKS} | {"prism_central", "container"}
POINT = {"name": "sealed", "created": "2026-11-20T10:00:00Z"}
Hosts = dict[str, dict[str, Any]]


def cluster(name: str) -> dict[str, Any]:
    containers = [{"name": "default", "uuid": "c"}]
    own = {"uuid": f"uuid-{name}", "name": name, "version": "7.3", "nodes": 3}
    return {
        "message": "",
        "address": name,
        "strategy": "recovery_point",
        "cluster": own,
        "storage_containers": containers,
    }


def central(name: str, peer: str, *clusters: str) -> dict[str, Any]:
    return {
        "message": "",
        "central": {"uuid": f"uuid-{name}", "name": name, "version": "pc.7.5.1"},
        "api_versions": {"prism": "v4.2"},
        "by_api_key": False,
        "peers": [{"uuid": f"uuid-{peer}", "name": peer, "connected": True}],
        "clusters": [{"uuid": f"uuid-{each}"} for each in clusters],
        "templates": [],
    }


def golden(name: str, **more: Any) -> dict[str, Any]:
    return {"uuid": f"vm-{name}", "name": "Gold", "cluster_uuid": f"uuid-{name}", "power_state": "off", **more}


def point(vm: str, *, ours: bool) -> dict[str, Any]:
    return {"ext_id": f"p-{vm}", "ours": ours, "vms": [{"uuid": f"vm-{vm}"}]}


def choice(**more: Any) -> dict[str, Any]:
    return {"recovery_point": POINT, "policy": None, "locations": [], "clusters": [], **more}


class Sound:
    """An estate of which nothing is to be said: change what a test is about."""

    def __init__(self) -> None:
        self.release = RELEASE
        self.sites: Hosts = {}
        self.clusters: Hosts = {"a": cluster("a"), "b": cluster("b"), "c": cluster("c")}
        self.centrals: Hosts = {"east": central("east", "west", "a", "b"), "west": central("west", "east", "c")}
        # The golden VM of the other cluster is another one.
        self.centrals["east"]["vms"] = [golden("a"), golden("b")]

    def rows(self, *results: str) -> list[tuple[str, str, str, str]]:
        judged = judge(self.release, self.clusters, self.sites, NOW, self.centrals)
        own = [row for row in judged if row.kind in OF_CENTRALS and row.result in (results or (STOP, WARNING))]
        return [(row.where, row.what, row.result, f"{row.detail}. {row.advice}") for row in own]


def test_a_sound_estate() -> None:
    sound = Sound()
    assert sound.rows() == []
    assert [row[:2] for row in sound.rows(OK)] == [
        ("east", "version"),
        ("east", "golden VM"),
        ("east", "name length"),
        ("east", "template"),
        ("west", "version"),
        ("west", "availability zone"),
        ("west", "template"),
        ("a", "Prism Central"),
        ("b", "Prism Central"),
        ("c", "Prism Central"),
    ]
    assert "pc.7.5.1, prism v4.2" in sound.rows(OK)[0][3]


def test_the_recovery_point_of_an_earlier_run_or_of_another_vm_takes_no_name() -> None:
    sound = Sound()
    sound.centrals["east"]["points"] = [point("a", ours=True), point("a", ours=False)]
    assert sound.rows() == []
    sound.centrals["east"]["points"] = [point("other", ours=False)]
    assert sound.rows() == []


@pytest.mark.parametrize(
    ("by_domain", "more", "result", "words"),
    [
        ("c", {}, OK, "'c' and the others get the image out of one protection domain snapshot"),
        ("a", {}, STOP, "Make a cluster of a Prism Central the source"),
        ("c", {"recovery_point": "sealed"}, STOP, "is not identical with a snapshot for 'c'"),
        ("c", {"strategy": "protection_policy"}, STOP, "is not identical with a snapshot for 'c'"),
    ],
)
def test_a_cluster_without_a_prism_central_beside_the_others(
    by_domain: str, more: dict[str, Any], result: str, words: str
) -> None:
    sound = Sound()
    sound.clusters[by_domain]["strategy"] = "protection_domain"
    sound.release = replace(sound.release, **more)
    assert [words in row[3] for row in sound.rows(result) if row[1] == "common snapshot"] == [True]


def release(**more: Any) -> Callable[[Sound], None]:
    def change(sound: Sound) -> None:
        sound.release = replace(sound.release, **more)

    return change


def of(central_name: str, **more: Any) -> Callable[[Sound], None]:
    return lambda sound: sound.centrals[central_name].update(more)


@pytest.mark.parametrize(
    ("change", "where", "what", "result", "words"),
    [
        (of("east", by_api_key=True), "east", "log-in", STOP, "Give nutanix_username"),
        (of("east", clusters=[{"uuid": "uuid-a"}]), "b", "Prism Central", STOP, "no host of the group prism_centrals"),
        (of("west", clusters=None, peers=None), "c", "Prism Central", STOP, "'west' cannot be read"),
        (
            of("west", clusters=[{"uuid": "uuid-b"}, {"uuid": "uuid-c"}]),
            "b",
            "Prism Central",
            WARNING,
            "managed by 'east', 'west'",
        ),
        (of("west", peers=[]), "west", "availability zone", STOP, "'west' is not connected"),
        (
            of("east", peers=[{"uuid": "uuid-west", "name": "west", "connected": False}]),
            "west",
            "availability zone",
            STOP,
            "'east' is not connected",
        ),
        (of("east", vms=[]), "east", "golden VM", STOP, "there is none"),
        (of("east", vms=[golden("b")]), "east", "golden VM", STOP, "vm-b on cluster uuid-b"),
        (of("east", vms=[golden("a"), golden("a", uuid="2")]), "east", "golden VM", STOP, "image_release_base_vm_uuid"),
        (of("east", vms=[golden("a", power_state="on")]), "east", "golden VM", STOP, "shut it down"),
        (release(release="2" * 50), "east", "name length", STOP, "16 characters too long"),
        (release(storage_container="defalt"), "a", "storage container", STOP, "'default'"),
        (of("west", templates=[{"ext_id": "t-1", "lineage": None}]), "west", "template", STOP, "'t-1'"),
        (of("east", points=[point("a", ours=False)]), "east", "recovery point", STOP, "taken by 'p-a'"),
        (of("east", choice={"failed": True, "msg": "no. Do it", "error": {"message": "no", "advice": "Do it"}}),
         "east", "recovery point", STOP, "no. Do it"),
        (of("east", choice=choice(recovery_point=None, reason="none")), "east", "recovery point", WARNING, "on demand"),
        (of("east", choice=choice(locations=[{"name": "there-1", "state": "missing"}])),
         "east", "recovery point", WARNING, "not yet at 'there-1'"),
        (of("east", choice=choice(policy={"name": "P"}, clusters=[{"cluster": "uuid-c", "state": "missing"}])),
         "east", "recovery point", STOP, "does not copy to 'c'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_once_and_where_it_is(
    change: Callable[[Sound], None], where: str, what: str, result: str, words: str
) -> None:
    sound = Sound()
    change(sound)
    told = [row for row in sound.rows() if row[:2] == (where, what)]
    assert [row[2] for row in told] == [result]
    assert words in told[0][3]


def test_what_is_not_wrong() -> None:
    sound = Sound()
    sound.centrals["east"].update(
        by_api_key=True, vms=[golden("a", power_state="on")], choice=choice(policy={"name": "P"})
    )
    sound.release = replace(
        sound.release, strategy="protection_policy", require_powered_off=False, storage_container="default"
    )
    assert [row[1:3] for row in sound.rows()] == [("golden VM", WARNING)]
    sound.release = replace(sound.release, recovery_point="sealed", release="")
    assert sound.rows() == []
    assert "characters are left for the release id" in str(sound.rows(OK))


def of_point(name: str | None = None) -> dict[str, Any]:
    lineage = {"recovery_point_id": name, "proven": True}
    return {"doubts": [], "snapshots": [{"lineage": lineage}] if name else []}


def origin(ours: bool, expires: str | None, agnostic_id: str = "rp-1") -> dict[str, Any]:
    return {"location_agnostic_id": agnostic_id, "name": "p", "ours": ours, "expires": expires}


@pytest.mark.parametrize(
    ("origins", "result", "words"),
    [
        ([], STOP, "('rp-1') is gone, and 'c', 'west' cannot get identical ones. Use another release id"),
        ([origin(True, None, "rp-2")], STOP, "is gone"),
        ([origin(False, "2026-11-20T13:00:00Z")], WARNING, "is there for 'c', 'west', and expires at"),
        ([origin(False, "2026-11-20T13:00:00Z"), origin(False, None)], OK, "'p', is there for 'c', 'west'"),
        ([origin(True, "2026-11-20T13:00:00Z")], OK, "'p', is there for 'c', 'west'"),
    ],
)
def test_a_release_that_was_begun_needs_its_recovery_point(
    origins: list[dict[str, Any]], result: str, words: str
) -> None:
    sound = Sound()
    for name, point_id in (("a", "rp-1"), ("b", "rp-1"), ("c", None)):
        sound.clusters[name]["image"] = of_point(point_id)
    sound.centrals["west"]["address"] = "10.0.0.9"
    sound.centrals["east"]["origins"] = origins
    # What else is said of the catalog is no affair of this test.
    pvs = {"provisioning_type": "PVS"}
    connection = {"name": "conn", "plugin": "AcropolisPCFactory", "addresses": ["10.0.0.9"]}
    sound.sites["daas"] = {
        "message": "",
        "wanted": [{"name": "Flat"}, {"name": "gone"}],
        "hosting_units": [{"name": "U", "connection": {**connection, "in_maintenance_mode": False}}],
        "catalogs": [{"id": "1", "name": "Flat", "folder": "", "full_name": "Flat", "hosting_unit": "u", **pvs}],
    }
    lacks = [row for row in sound.rows(OK, STOP, WARNING) if row[1] == "recovery point"]
    assert [(row[0], row[2]) for row in lacks] == [("east", result)]
    assert words in lacks[0][3]
    sound.clusters["c"]["image"] = of_point("rp-1")
    sound.centrals["west"]["templates"] = [{"ext_id": "t", "lineage": {"proven": True}}]
    assert [row for row in sound.rows(OK, STOP, WARNING) if row[1] == "recovery point"] == []


def test_one_prism_central_under_two_names() -> None:
    sound = Sound()
    sound.centrals["east-2"] = central("east", "west")
    assert [row[:3] for row in sound.rows()] == [("east", "identity", STOP), ("east-2", "identity", STOP)]


def test_clusters_of_protection_domains_are_not_asked_for_their_prism_central() -> None:
    sound = Sound()
    sound.clusters["d"] = {**cluster("d"), "strategy": "protection_domain"}
    assert sound.rows() == []


def test_every_check_of_clusters_bears_a_kind() -> None:
    assert all(kind for kind, _phase, _check in CLUSTER_CHECKS)
