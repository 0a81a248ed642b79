# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.retention import Decision, Rules, Uses
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.retirement import (
    KeptDefinition,
    KeptVersion,
    decide_versions,
    unknown_definitions,
)

NOW = datetime(2026, 11, 28, tzinfo=timezone.utc)
OLD = KeptVersion("id-1", 1, "r1", NOW - timedelta(days=90), True, True, False, (), ("ws-b",), "address-1")
NEW = replace(OLD, id="id-2", number=2, release="r2", address="address-2")
NOBODY = Uses({}, {})
DAY = 86400


def decide(
    *versions: KeptVersion,
    uses: Uses = NOBODY,
    rules: Rules | None = None,
    doubts: Sequence[str] = (),
    gone: bool = False,
) -> list[Decision]:
    definition = KeptDefinition("daas", "id-w11", "W11", versions)
    return decide_versions([definition], uses, rules or Rules(keep=1), NOW, doubts, gone)


def test_only_the_old_one_goes_and_from_where_first() -> None:
    old, new = decide(OLD, NEW)
    assert (old.delete, old.kind, old.name, old.id, old.definition) == (
        True,
        "image version",
        "version 1 of W11",
        "id-1",
        "id-w11",
    )
    assert "90 days old, not among the newest 1 of 'W11', and nothing on any site refers to it" in old.reason
    assert old.reason.endswith("it is taken away from ws-b first")
    assert (new.delete, new.reason) == (False, "among the newest 1 of 'W11'")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"marked": False}, "nothing shows that the collection made it"),
        ({"catalogs": ("Prod/A", "B")}, "in use: catalog Prod/A, catalog B"),
        ({"ready": False}, "it is being prepared"),
        ({"created": None}, "its age is not known"),
        ({"created": NOW - timedelta(days=1)}, "younger than the minimum age of 7 days"),
    ],
)
def test_every_doubt_keeps(change: dict[str, object], reason: str) -> None:
    old, _new = decide(replace(OLD, **change), NEW)  # type: ignore[arg-type]
    assert (old.delete, reason in old.reason) == (False, True)


def test_a_near_slot_of_a_history_keeps_and_an_old_one_is_told() -> None:
    needed = Uses({"address-1": ["history of Prod/A on daas"]}, {})
    assert decide(OLD, NEW, uses=needed)[0].reason == "in use: history of Prod/A on daas"
    beyond = decide(OLD, NEW, uses=Uses({}, {"address-1": ["history of Prod/A on daas"]}))[0]
    assert (beyond.delete, beyond.remaining) == (True, ("history of Prod/A on daas",))


def test_one_site_that_is_silent_keeps_everything() -> None:
    assert decide(OLD, NEW, doubts=["site cvad cannot be asked: why"])[0].reason == (
        "would go, but site cvad cannot be asked: why"
    )


def test_what_stays_anyhow_pushes_no_other_out() -> None:
    by_hand = replace(NEW, id="id-3", number=3, marked=False)
    failed = replace(NEW, id="id-4", number=4, ready=False, failed=True)
    _old, new, _by_hand, tried = decide(OLD, NEW, by_hand, failed)
    assert new.delete is False
    assert (tried.delete, "its preparation failed" in tried.reason) == (True, True)


def test_unmarked_ones_by_wish() -> None:
    assert decide(replace(OLD, marked=False), NEW, rules=Rules(keep=1, include_unmarked=True))[0].delete is True


def test_a_definition_goes_only_when_nothing_is_left() -> None:
    assert [each.kind for each in decide(OLD, NEW)] == ["image version"] * 2
    stays = decide(OLD, NEW, gone=True)[-1]
    assert (stays.kind, stays.delete, stays.reason) == ("image definition", False, "it has version 2 of W11")
    goes = decide(gone=True)[-1]
    assert (goes.delete, goes.id, goes.reason) == (True, "id-w11", "it has no versions any more")
    assert decide(gone=True, doubts=["why"])[-1].delete is False


def test_a_mistyped_definition_is_told_with_near_ones() -> None:
    there = [KeptDefinition("daas", "1", "W11", ()), KeptDefinition("cvad", "2", "W11-Finance", ())]
    assert unknown_definitions({"daas": ["w11", "1"], "cvad": ["W11-finance"]}, there) == {}
    assert unknown_definitions({"daas": ["W1"], "cvad": ["W11"]}, there) == {
        "daas": ["there is no image definition 'W1' on daas. Near names are 'W11'."],
        "cvad": ["there is no image definition 'W11' on cvad. There is only 'W11-Finance'."],
    }
