# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.retention import (
    DAY,
    Image,
    Rules,
    Uses,
    catalog_from,
    decide_images,
    doubts,
    span,
    unpublished,
    uses_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import MasterImage, names_in

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=timezone.utc)
BASE_VMS = ("Gold", "Gold-Finance", "gold", "Gold_2")


def image(
    release: str,
    days: float | None,
    base_vm: str = "Gold",
    cluster: str = "cluster-a",
    marked: bool = True,
    uuid: str = "",
) -> Image:
    created = None if days is None else NOW - timedelta(days=days)
    return Image(
        cluster, uuid or f"{cluster}-{base_vm}-{release}", f"ctx_{base_vm}_{release}", base_vm, release, created, marked
    )


images = st.lists(
    st.builds(
        image,
        release=st.integers(1, 12).map(str),
        days=st.none() | st.floats(-5, 400),
        base_vm=st.sampled_from(BASE_VMS),
        cluster=st.sampled_from(("cluster-a", "cluster-b")),
        marked=st.booleans(),
        uuid=st.uuids().map(str),
    ),
    max_size=30,
)
rules = st.builds(
    Rules,
    keep=st.integers(1, 6),
    minimum_age=st.integers(0, 100 * DAY),
    include_unmarked=st.booleans(),
    base_vms=st.none() | st.sets(st.sampled_from(BASE_VMS), min_size=1).map(frozenset),
)
names = st.sets(
    st.tuples(st.sampled_from(BASE_VMS), st.integers(1, 12)).map(lambda pair: f"ctx_{pair[0]}_{pair[1]}".casefold())
)


@given(images, names, rules)
def test_what_goes_is_needed_by_nobody(held: list[Image], used: set[str], chosen: Rules) -> None:
    decisions = decide_images(
        held, Uses({name: ["history of Prod/W11-Pool on daas"] for name in used}, {}), chosen, NOW, []
    )
    gone = {decision.id for decision in decisions if decision.delete}
    assert all(decision.reason for decision in decisions)
    for each in held:
        if each.uuid not in gone:
            continue
        assert each.name.casefold() not in used
        assert each.created is not None
        assert max(0.0, (NOW - each.created).total_seconds()) >= chosen.minimum_age
        assert each.marked or chosen.include_unmarked
        assert chosen.base_vms is None or each.base_vm in chosen.base_vms
        same = [other for other in held if (other.cluster, other.base_vm) == (each.cluster, each.base_vm)]
        as_new = {
            other.name
            for other in same
            if other.uuid not in gone and (other.created is None or other.created >= each.created)
        }
        assert len(as_new) >= chosen.keep


@given(images, names, rules, st.lists(st.text(min_size=1), min_size=1))
def test_nothing_goes_while_there_is_a_doubt(
    held: list[Image], used: set[str], chosen: Rules, reasons: list[str]
) -> None:
    assert not any(
        decision.delete
        for decision in decide_images(held, Uses({name: ["x"] for name in used}, {}), chosen, NOW, reasons)
    )


@given(images, names, rules)
def test_deleting_what_may_go_leaves_nothing_to_delete(held: list[Image], used: set[str], chosen: Rules) -> None:
    references = Uses({name: ["x"] for name in used}, {})
    gone = {decision.id for decision in decide_images(held, references, chosen, NOW, []) if decision.delete}
    rest = [each for each in held if each.uuid not in gone]
    assert not any(decision.delete for decision in decide_images(rest, references, chosen, NOW, []))


def reasons(
    held: list[Image], chosen: Rules, used: dict[str, list[str]] | None = None, doubt: tuple[str, ...] = ()
) -> dict[str, str]:
    return {
        each.name: f"{'delete' if each.delete else 'keep'}: {each.reason}"
        for each in decide_images(held, Uses(used or {}, {}), chosen, NOW, doubt)
    }


def test_every_reason() -> None:
    held = [
        image("9", 1),
        image("8", 2),
        image("7", 30),
        image("6", 40),
        image("5", 50, marked=False),
        image("4", None),
        image("3", 3),
    ]
    used = {
        "ctx_gold_6": [
            "history of Prod/W11-Pool on daas",
            "master image of Lab on cvad",
            "history of A on cvad",
            "history of B on cvad",
            "history of B on cvad",
        ]
    }
    assert reasons(held, Rules(keep=2), used) == {
        "ctx_Gold_9": "keep: among the newest 2 of 'Gold' here",
        "ctx_Gold_8": "keep: 2 days old, younger than the minimum age of 7 days",
        "ctx_Gold_7": "delete: 30 days old, not among the newest 2 of 'Gold', and nothing on any site refers to it",
        "ctx_Gold_6": (
            "keep: in use: history of Prod/W11-Pool on daas, master image of Lab on cvad, history of A on cvad and 1"
            " more"
        ),
        "ctx_Gold_5": "keep: nothing shows that the collection made it; include_unmarked is off",
        "ctx_Gold_4": "keep: among the newest 2 of 'Gold' here",
        "ctx_Gold_3": "keep: 3 days old, younger than the minimum age of 7 days",
    }
    assert reasons(
        [image("7", 30), image("8", 2)], Rules(keep=1), None, ("site cvad cannot be asked: no answer", "more")
    ) == {
        "ctx_Gold_8": "keep: among the newest 1 of 'Gold' here",
        "ctx_Gold_7": "keep: would go, but site cvad cannot be asked: no answer (and 1 more)",
    }


def slot(release: str, rank: int | None, kind: str = "history") -> dict[str, Any]:
    return {
        "kind": kind,
        "of": "Prod/W11-Pool",
        "names": [f"ctx_Gold_{release}", f"ctx_Gold_{release}.template"],
        "rank": rank,
    }


@pytest.mark.parametrize(("history", "gone"), [(1, {"1", "2", "3", "4"}), (2, {"1", "2", "3"}), (5, set())])
def test_only_the_nearest_history_slots_count_and_what_remains_is_told(history: int, gone: set[str]) -> None:
    held = [image(str(number), 100 - number) for number in range(1, 8)]
    slots = [slot("6", None, "master image"), *(slot(str(6 - rank), rank) for rank in range(1, 6))]
    decisions = decide_images(
        held, uses_of({"daas": slots}, Rules(history=history)), Rules(keep=1, history=history), NOW, []
    )
    assert {decision.release for decision in decisions if decision.delete} == gone
    for decision in decisions:
        assert decision.remaining == (("history of Prod/W11-Pool on daas",) if decision.delete else ())
        assert (
            not decision.delete
            or "which stay and lead nowhere then: history of Prod/W11-Pool on daas" in decision.reason
        )


@pytest.mark.parametrize(
    "other", [slot("1", None), slot("1", None, "machine profile"), slot("1", 1), slot("1", 9, "image version")]
)
def test_an_old_slot_takes_nothing_from_another_use(other: dict[str, Any]) -> None:
    uses = uses_of({"daas": [slot("1", 7)], "cvad": [other]}, Rules())
    assert not any(
        decision.delete for decision in decide_images([image("1", 99), image("2", 98)], uses, Rules(keep=1), NOW, [])
    )


def test_gold_never_speaks_for_gold_finance() -> None:
    held = [image(str(number), 30 + number) for number in range(4)] + [
        image(str(number), 300 + number, "Gold-Finance") for number in range(4)
    ]
    gone = {
        each.name
        for each in decide_images(held, Uses({}, {}), Rules(keep=1, base_vms=frozenset({"Gold"})), NOW, [])
        if each.delete
    }
    assert gone == {"ctx_Gold_1", "ctx_Gold_2", "ctx_Gold_3"}


def test_the_oldest_of_two_of_one_name_does_not_push_another_out() -> None:
    held = [image("3", 30, uuid="a"), image("3", 31, uuid="b"), image("2", 40), image("1", 50)]
    assert [each.name for each in decide_images(held, Uses({}, {}), Rules(keep=2), NOW, []) if each.delete] == [
        "ctx_Gold_1"
    ]


@pytest.mark.parametrize("wrong", [{"keep": 0}, {"keep": -1}, {"history": 0}, {"minimum_age": -1}, {"janitor_age": -1}])
def test_impossible_rules_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(Refusal, match=r"keep|age|history"):
        Rules(**wrong)


def test_doubts() -> None:
    assert doubts({"a": ""}, {"daas": ""}) == []
    assert doubts({"a": "no answer."}, {"daas": "", "cvad": "not part of this run"}) == [
        {"id": "", "name": "a", "reason": "cluster a cannot be asked: no answer"},
        {"id": "", "name": "cvad", "reason": "site cvad cannot be asked: not part of this run"},
    ]
    undeclared = "no Citrix site is declared, so it is unknown which images are in use"
    assert doubts({"a": ""}, {}) == [{"id": "", "name": "", "reason": undeclared}]


def catalog(name: str, image_name: str | None, folder: str = "", running: bool = False) -> Catalog:
    facts = {
        "id": f"id-{folder}-{name}",
        "name": name,
        "full_name": f"{folder}/{name}".lstrip("/"),
        "folder": folder,
        "update_running": running,
    }
    return catalog_from({**facts, "image": {"name": image_name, "path": "p"} if image_name else None})


def test_unpublished() -> None:
    there = {
        "daas": [
            catalog("Pool", "ctx_Gold_2", "Prod"),
            catalog("Pool", "ctx_Gold_1", "Test"),
            catalog("New", None),
            catalog("Busy", "ctx_Gold_2", running=True),
        ]
    }
    assert there["daas"][0].master_image == MasterImage("ctx_Gold_2", "p")
    assert unpublished("ctx_Gold_2", {"daas": [{"name": "pool", "folder": "Prod"}], "cvad": []}, there) == []
    assert unpublished("ctx_Gold_2", {"daas": []}, there) == ["no catalog is named that has to be on 'ctx_Gold_2'"]
    told = unpublished(
        "ctx_Gold_2",
        {
            "daas": [
                {"name": "Pool", "folder": "Test"},
                {"name": "New"},
                {"name": "Busy"},
                {"name": "Pool"},
                {"name": "none"},
            ]
        },
        there,
    )
    assert told[:3] == [
        "catalog Test/Pool on daas is not on 'ctx_Gold_2': it has 'ctx_Gold_1'",
        "catalog New on daas is not on 'ctx_Gold_2': it has ''",
        "catalog Busy on daas is not on 'ctx_Gold_2': an image update is running",
    ]
    assert len(told) == 5
    assert all("'ctx_Gold_2' is not verified on daas" in sentence for sentence in told[3:])
    assert len(unpublished("ctx_Gold_2", {"cvad": [{"name": "Pool"}]}, there)) == 1


@given(
    st.text(min_size=1).filter(
        lambda name: not name.casefold().endswith((".template", ".templateversion", ".snapshot", ".vm"))
    )
)
def test_the_name_of_an_image_is_always_among_those_of_its_path(name: str) -> None:
    assert name in names_in(f"XDHyp:\\HostingUnits\\AHV-A\\{name}.template")


def test_spans() -> None:
    assert [span(seconds) for seconds in (59, 3600, 7200, 86400, 2 * DAY, 400 * DAY)] == [
        "0 min",
        "60 min",
        "2 h",
        "24 h",
        "2 days",
        "400 days",
    ]
