# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens on a cluster is told once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.events.cluster_watch import (
    ClusterWatch,
    GoldenVm,
    Sight,
    Transfers,
    Wishes,
    is_marked,
    without_templates,
)

PLACE = ("PD", "SITE-B")


def sight(*vms: tuple[str, bool], transfers: Transfers | None = None, others: Collection[str] = ()) -> Sight:
    golden = tuple(GoldenVm(f"id-{name}", name, off) for name, off in vms)
    names = [*(vm.name for vm in golden), *others]
    return Sight(golden, {PLACE: transfers} if transfers else {}, {f"id-{name}": name for name in names})


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


@pytest.fixture
def watch() -> ClusterWatch:
    return ClusterWatch(stuck_after=100, unreachable_after=2)


def test_a_golden_vm_that_is_shut_down_is_told_once(watch: ClusterWatch) -> None:
    assert watch.saw(sight(("Gold", False)), 0) == []
    assert watch.saw(sight(("Gold", True)), 1) == [
        {"type": "golden_vm_powered_off", "vm": {"name": "Gold", "uuid": "id-Gold"}}
    ]
    assert watch.saw(sight(("Gold", True)), 2) == []
    assert watch.saw(sight(("Gold", False)), 3) == []
    assert types(watch.saw(sight(("Gold", True)), 4)) == ["golden_vm_powered_off"]


def test_what_is_off_at_the_first_look_did_not_happen_now_and_a_mark_that_comes_later_did(watch: ClusterWatch) -> None:
    assert watch.saw(sight(("Gold", True), others=["Marked"]), 0) == []
    assert types(watch.saw(sight(("Gold", True), ("Marked", True)), 1)) == ["golden_vm_powered_off"]


def test_a_vm_that_is_off_when_it_is_seen_first_was_shut_down_by_nobody(watch: ClusterWatch) -> None:
    """A clone, a VM that failed over to here, or the temporary VM of a release, which has the description of Gold."""
    watch.saw(sight(("Gold", True)), 0)
    assert watch.saw(sight(("Gold", True), ("ctx_1_Gold", True)), 1) == []
    assert watch.saw(sight(("Gold", True), ("ctx_1_Gold", True)), 2) == []
    watch.saw(sight(("Gold", True), ("ctx_1_Gold", False)), 3)
    assert types(watch.saw(sight(("Gold", True), ("ctx_1_Gold", True)), 4)) == ["golden_vm_powered_off"]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("#release", True),
        ("Windows 11\n#release, by Jo", True),
        ("not #released yet", False),
        ("#release-not", False),
        ("##release", False),
        ("", False),
    ],
)
def test_a_mark_is_a_word_of_its_own(description: str, expected: bool) -> None:
    assert is_marked(description, "#release") is expected
    assert is_marked(description, "") is False


def test_what_a_name_asks_ansible_to_do_is_no_template_any_more() -> None:
    event = {"vm": {"name": "{{ lookup('pipe', 'id') }}"}, "ids": ["{% x %}", "{# y #}"], "seconds": 3}
    assert without_templates(event) == {
        "vm": {"name": "{ { lookup('pipe', 'id') }}"},
        "ids": ["{ % x %}", "{ # y #}"],
        "seconds": 3,
    }
    assert without_templates("{{{") == "{ { {"


def test_names_that_no_cluster_has_are_told_when_each_was_looked_at() -> None:
    wishes = Wishes(["Gold", "Golden"], ["PD"], ["a", "b"])
    assert wishes.saw("a", sight(("Gold", True))) == []
    (event,) = wishes.saw("b", sight())
    assert (event["type"], event["golden_vms"], event["protection_domains"]) == ("not_found", ["Golden"], ["PD"])
    assert wishes.saw("a", sight()) == []


def test_what_happens_while_nobody_answers_is_told_afterwards(watch: ClusterWatch) -> None:
    watch.saw(sight(("Gold", False)), 0)
    assert watch.missed("why") == []
    assert watch.missed("why") == [{"type": "cluster_unreachable", "message": "why", "looks": 2}]
    assert watch.missed("why") == []
    assert types(watch.saw(sight(("Gold", True)), 9)) == ["cluster_reachable", "golden_vm_powered_off"]
    assert watch.missed("why") == []
    assert watch.saw(sight(("Gold", True)), 10) == []


def test_a_replication_without_progress_is_told_once_and_so_is_its_end(watch: ClusterWatch) -> None:
    slow = Transfers({"1": (10.0, 5)})
    assert watch.saw(sight(transfers=slow), 0) == []
    assert watch.saw(sight(transfers=slow), 99) == []
    (event,) = watch.saw(sight(transfers=Transfers({"1": (10.0, 5)}, ("2",))), 100)
    assert event == {
        "type": "replication_stuck",
        "protection_domain": "PD",
        "remote_site": "SITE-B",
        "snapshot_ids": ["1", "2"],
        "percent": 10.0,
        "waiting": 1,
        "seconds": 100,
    }
    assert watch.saw(sight(transfers=slow), 100) != []
    assert watch.saw(sight(transfers=slow), 150) == []


@pytest.mark.parametrize(
    "later", [Transfers({"1": (11.0, 6)}), Transfers({}, ("2",)), Transfers({"2": (0.0, 0)}), None]
)
def test_any_progress_ends_it(watch: ClusterWatch, later: Transfers | None) -> None:
    watch.saw(sight(transfers=Transfers({"1": (10.0, 5)}, ("2",))), 0)
    assert types(watch.saw(sight(transfers=Transfers({"1": (10.0, 5)}, ("2",))), 100)) == ["replication_stuck"]
    assert watch.saw(sight(transfers=later), 101) == [
        {"type": "replication_resumed", "protection_domain": "PD", "remote_site": "SITE-B"}
    ]
    assert watch.saw(sight(transfers=later), 102) == []


def test_transfers_that_only_wait_are_stuck_as_well(watch: ClusterWatch) -> None:
    watch.saw(sight(transfers=Transfers({}, ("1",))), 0)
    assert watch.saw(sight(transfers=Transfers({}, ("1", "2"))), 50) == []
    assert types(watch.saw(sight(transfers=Transfers({}, ("1", "2", "3"))), 100)) == ["replication_stuck"]
