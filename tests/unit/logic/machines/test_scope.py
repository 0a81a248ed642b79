# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import (
    Wish,
    choose,
    names_in_csv,
    unknown_names,
    vm_names_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine

PC = Machine(
    "1",
    "CORP\\PC1",
    "pc1.corp.example",
    "PC",
    "c1",
    "Desks",
    "Manual",
    "On",
    "Registered",
    "None",
    False,
    False,
    "",
    "",
    "",
    "",
    0,
    "None",
)

machines = st.lists(
    st.builds(
        replace,
        st.just(PC),
        id=st.uuids().map(str),
        name=st.builds(
            "{}\\{}".format,
            st.sampled_from(["CORP", "LAB"]),
            st.sampled_from(["PC1", "pc1", "PC10", "Straße", "STRASSE", "金"]),
        ),
        dns_name=st.sampled_from(["", "pc1.corp.example", "PC10.lab.example"]),
        catalog_id=st.sampled_from(["c1", "c2"]),
        delivery_group=st.sampled_from(["", "Desks", "Others"]),
    ),
    max_size=8,
    unique_by=lambda machine: machine.id,
)
some_names = st.lists(st.sampled_from(["CORP\\pc1", "LAB\\PC10", "corp\\STRASSE", "PC99"]), max_size=3).map(tuple)
wishes = st.builds(
    Wish,
    catalog_ids=st.none() | st.frozensets(st.sampled_from(["c1", "c2", "c3"])),
    delivery_groups=st.none() | st.lists(st.sampled_from(["desks", "Others"]), max_size=2).map(tuple),
    names=st.none() | some_names,
    vm_names=st.none() | st.lists(st.sampled_from(["PC1", "pc10.LAB.example", "x"]), max_size=2).map(tuple),
    exclude=st.lists(st.sampled_from(["PC1", "LAB\\pc10", "x"]), max_size=2).map(tuple),
)


def ids(some: tuple[Machine, ...]) -> set[str]:
    return {machine.id for machine in some}


@given(wishes, machines)
def test_nothing_is_both_kept_and_excluded_nor_made_up(wish: Wish, some: list[Machine]) -> None:
    scope = choose(wish, some)
    assert not ids(scope.machines) & ids(scope.excluded)
    assert ids(scope.machines) | ids(scope.excluded) <= {machine.id for machine in some}
    assert choose(wish, list(reversed(some))) == scope


@given(wishes, machines)
def test_every_option_narrows(wish: Wish, some: list[Machine]) -> None:
    chosen = choose(wish, some)
    wider = choose(replace(wish, catalog_ids=None, delivery_groups=None, names=None, vm_names=None), some)
    assert ids(chosen.machines) <= ids(wider.machines)
    assert ids(choose(replace(wish, exclude=()), some).machines) == ids(chosen.machines) | ids(chosen.excluded)


def test_names_are_whole_and_without_case() -> None:
    ten = replace(PC, id="10", name="CORP\\PC10")
    assert choose(Wish(names=("pc1",)), [PC, ten]).machines == (PC,)
    assert choose(Wish(names=("corp\\pc10", "PC1", "PC2")), [PC, ten]) == choose(
        Wish(names=("PC2", "PC1", "CORP\\PC10")), [PC, ten]
    )
    assert choose(Wish(names=("PC2",)), [PC, ten]).unknown == ("PC2",)
    assert choose(Wish(exclude=("PC1",)), [PC, ten]).machines == (ten,)


def test_a_host_of_several_domains_is_refused_only_where_it_is_asked_for_without_its_domain() -> None:
    twin = replace(PC, id="2", name="LAB\\PC1", catalog_id="c2")
    with pytest.raises(Refusal, match=r"2 machines are called 'pc1': CORP\\PC1 \(1\), LAB\\PC1 \(2\)"):
        choose(Wish(names=("pc1",)), [PC, twin])
    assert choose(Wish(names=("LAB\\PC1",)), [PC, twin]).machines == (twin,)
    assert choose(Wish(catalog_ids=frozenset({"c2"}), names=("PC1",)), [PC, twin]).machines == (twin,)


def test_a_vm_with_another_name_brings_its_machine_along() -> None:
    renamed = replace(PC, id="2", name="CORP\\ANNA", dns_name="", hosted_machine_name="VM-7")
    assert choose(Wish(vm_names=("vm-7",)), [PC, renamed]).machines == (renamed,)
    assert choose(Wish(vm_names=("PC1",)), [PC, renamed]).others == (renamed,)


def test_a_delivery_group_without_a_machine_is_told() -> None:
    scope = choose(Wish(delivery_groups=("desks", "Desk")), [PC])
    assert (scope.machines, scope.unknown_groups) == ((PC,), ("Desk",))


def test_an_empty_list_chooses_nothing_and_no_list_everything() -> None:
    assert choose(Wish(vm_names=()), [PC]).machines == ()
    assert choose(Wish(names=()), [PC]).machines == ()
    assert choose(Wish(), [PC]).machines == (PC,)


def test_a_name_outside_the_catalogs_is_known_all_the_same() -> None:
    scope = choose(Wish(catalog_ids=frozenset({"c2"}), names=("PC1",)), [PC])
    assert (scope.machines, scope.unknown) == ((), ())


def test_a_vm_is_called_as_host_or_dns_name() -> None:
    assert vm_names_of(PC) == {"pc1", "pc1.corp.example"}
    assert vm_names_of(replace(PC, name="PC1", dns_name="")) == {"pc1"}
    for name in ("PC1", "PC1.CORP.example"):
        assert choose(Wish(vm_names=(name,)), [PC]).machines == (PC,)
    assert choose(Wish(vm_names=("PC", "PC10", "CORP\\PC1", "pc1.corp")), [PC]).machines == ()


def test_unknown_names_keep_their_order() -> None:
    assert unknown_names(["z", "PC1", "a", "z"], [PC]) == ("z", "a")


@pytest.mark.parametrize(
    "text",
    [
        "machine\nCORP\\PC1\n\n金 2\nCORP\\PC1\n",
        '\ufeff"Machine";Owner\r\n"CORP\\PC1";"x;y"\r\n 金 2 ;\r\n',
        "owner, Name ,x\na,CORP\\PC1,\nb,金 2,z,too much\nshort\n",
    ],
)
def test_names_in_csv(text: str) -> None:
    assert names_in_csv(text) == ("CORP\\PC1", "金 2")


@pytest.mark.parametrize("text", ["", "host\nPC1\n", "CORP\\PC1\nCORP\\PC2\n"])
def test_a_csv_without_a_column_of_names_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no column 'machine' or 'name'"):
        names_in_csv(text)


def test_a_quote_that_never_ends_is_told() -> None:
    with pytest.raises(ValueError, match="is no CSV"):
        names_in_csv('machine\n"' + "PC1\n" * 40000)
