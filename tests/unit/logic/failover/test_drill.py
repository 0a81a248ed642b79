# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clones of a drill: their names, and what may be near them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill import (
    CardChange,
    Drill,
    card_change,
    clones_among,
    scope_of,
    too_old,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Card, Found
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import Member
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    Release,
    parse_image_name,
    parse_temporary_vm_name,
)

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,12}", fullmatch=True)
vm_names = st.text(min_size=1, max_size=20) | st.sampled_from(
    ["PC1", "PC10", "1_2_PC1", "drill_x_PC1", "ctx_r1_7_Gold", "W11 'Büro' #1", "黄金", "_"]
)
prefixes = st.sampled_from(["drill_", "test-", "DR ", "ctx", "c", "ctx_", "ctx_drill_"]) | st.text(
    min_size=1, max_size=6
)
cards = st.lists(
    st.builds(
        Card,
        st.integers(0, 20).map(lambda number: f"50:6b:8d:00:00:{number:02x}"),
        st.sampled_from(["prod", "drill", ""]),
    ),
    max_size=5,
    unique_by=lambda card: card.mac_address,
)


def drill_of(drill: str, prefix: str, release_prefix: str = "ctx_") -> Drill | None:
    try:
        return Drill(drill, prefix, release_prefix)
    except Refusal:
        return None


def vm(name: str, uuid: str = "u") -> Found:
    return Found(uuid, name, "off", ())


def member(name: str, uuid: str = "u") -> Member:
    return Member(name, uuid, name, False)


@given(ids, vm_names, prefixes)
def test_a_clone_name_parses_back(drill: str, vm_name: str, prefix: str) -> None:
    wanted = drill_of(drill, prefix)
    assert wanted is None or wanted.original_of(wanted.clone_name(vm_name)) == vm_name


@given(ids, ids, vm_names, vm_names)
def test_two_drills_never_share_a_clone(one: str, other: str, vm_name: str, other_vm: str) -> None:
    first, second = Drill(one), Drill(other)
    assert (first.clone_name(vm_name) == second.clone_name(other_vm)) == ((one, vm_name) == (other, other_vm))
    assert one == other or second.original_of(first.clone_name(vm_name)) is None


@given(ids, vm_names, prefixes, ids, vm_names, st.integers(0, 10**9).map(str), prefixes)
def test_no_clone_bears_a_name_of_a_release(
    drill: str, vm_name: str, prefix: str, release: str, base_vm: str, snapshot: str, release_prefix: str
) -> None:
    wanted = drill_of(drill, prefix, release_prefix)
    if wanted is None:
        return
    made = Release(base_vm, release, release_prefix)
    assert wanted.clone_name(vm_name) not in (made.image_name, made.temporary_vm_name(snapshot))
    assert parse_image_name(wanted.clone_name(vm_name), release_prefix) is None
    assert parse_temporary_vm_name(wanted.clone_name(vm_name), release_prefix) is None
    assert wanted.original_of(made.image_name) is None
    assert wanted.original_of(made.temporary_vm_name(snapshot)) is None


@given(ids, st.lists(vm_names, max_size=6), st.lists(vm_names, max_size=6))
def test_only_clones_of_members_are_clones(drill: str, members: list[str], others: list[str]) -> None:
    wanted = Drill(drill)
    production = [vm(name, f"p{number}") for number, name in enumerate([*members, *others])]
    made = [vm(wanted.clone_name(name), f"c{number}") for number, name in enumerate(members)]
    foreign = [vm(Drill(f"{drill}x").clone_name(name), f"f{number}") for number, name in enumerate(members)]
    clones = clones_among(
        wanted, [*production, *made, *foreign], set(members), {each.uuid: "PD" for each in production}
    )
    found = {each.uuid for vms in clones.by_vm.values() for each in vms}
    assert found == {each.uuid for each in made}
    assert all(wanted.clone_name(name) == each.name for name, vms in clones.by_vm.items() for each in vms)


def test_what_bears_the_mark_and_is_none_of_ours() -> None:
    drill = Drill("r1")
    vms = [
        vm("drill_r1_PC1", "a"),
        vm("drill_r1_PC10", "b"),
        vm("drill_r1_PC2", "c"),
        vm("drill_r1_PC2", "d"),
        vm("drill_r1_", "e"),
        vm("Drill_r1_PC1", "f"),
    ]
    clones = clones_among(drill, vms, {"PC1", "PC2", "PC3"}, {"a": "PD-X"})
    assert [(each.uuid, domain) for each, domain in clones.protected] == [("a", "PD-X")]
    assert [each.uuid for each in clones.strangers] == ["b"]
    assert [each.uuid for each in clones.twice] == ["c", "d"]
    assert clones.missing(["PC1", "PC2", "PC3"]) == ("PC1", "PC3")


@pytest.mark.parametrize("drill", ["", "a_b", "-1", ".1", "1 2", "1/2", "ü", "1\n"])
def test_an_impossible_drill_id_is_refused(drill: str) -> None:
    with pytest.raises(Refusal, match="drill id"):
        Drill(drill)


@pytest.mark.parametrize(
    ("prefix", "release_prefix"),
    [("", "ctx_"), ("ctx_", "ctx_"), ("ctx_drill_", "ctx_"), ("c", "ctx_"), ("drill_", "drill_image_")],
)
def test_a_prefix_that_tells_nothing_apart_is_refused(prefix: str, release_prefix: str) -> None:
    with pytest.raises(Refusal, match="prefix"):
        Drill("1", prefix, release_prefix)


def test_the_scope_is_what_the_snapshot_holds() -> None:
    held = [member("PC1"), member("PC10"), member("pc2")]
    assert scope_of(held, [], []).names == ("PC1", "PC10", "pc2")
    assert scope_of(held, ["PC10", "PC10"], []).names == ("PC10",)
    some = scope_of(held, [], ["PC1", "PC9"])
    assert (some.names, some.excluded, some.not_excluded) == (("PC10", "pc2"), ("PC1",), ("PC9",))


def test_a_name_that_the_snapshot_does_not_hold_is_refused() -> None:
    with pytest.raises(Refusal, match=r"no VM 'PC2'\. Near names are 'pc2'"):
        scope_of([member("PC11"), member("pc2")], ["PC2"], [])


def test_two_vms_of_one_name_are_refused_unless_left_out() -> None:
    held = [member("PC1", "a"), member("PC1", "b"), member("PC2")]
    with pytest.raises(Refusal, match="more than one VM called 'PC1'"):
        scope_of(held, [], [])
    assert scope_of(held, [], ["PC1"]).names == ("PC2",)
    assert scope_of(held, ["PC2"], []).names == ("PC2",)


@given(cards, st.sampled_from(["", "drill"]))
def test_after_the_change_there_is_no_card_but_on_the_network_of_the_drill(before: list[Card], network: str) -> None:
    change = card_change(before, network)
    after = [card for card in before if card.mac_address not in change.remove] + [Card("new", network)] * change.add
    assert all(network and card.network_uuid == network for card in after)
    assert bool(after) == bool(network)
    assert card_change(after, network) == CardChange()
    assert not card_change(after, network)


def test_a_card_that_is_as_it_shall_be_stays() -> None:
    assert card_change([Card("a", "drill"), Card("b", "prod")], "drill") == CardChange(remove=("b",))
    assert card_change([Card("b", "prod")], "drill") == CardChange(remove=("b",), add=True)
    assert card_change([Card("a", "")], "") == CardChange(remove=("a",))


@pytest.mark.parametrize(
    ("age", "limit", "wanted"), [(10, 0, False), (10, None, False), (10, 10, False), (11, 10, True)]
)
def test_the_limit_of_age(age: float, limit: int | None, wanted: bool) -> None:
    assert too_old(age, limit) is wanted
