# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.matching import HostingVm, match
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.presence import (
    SeenCluster,
    without_absent,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.rehosting import (
    NO_WAY_BACK,
    NUTANIX_PLUGINS,
    UNKNOWN_MACHINE,
    WAY_ROUND_MCS,
    Entry,
    HostingChange,
    RehostingPlan,
    connection_problem,
    is_unmanaged,
    rehost,
    restore,
    with_way_back,
    without_taken,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.saved_hosting import (
    catalog_ids,
    check_site,
    entries,
    parse,
    render,
    with_machines,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import vm_names_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from harness.growth import growth

BASE = Machine(
    "1",
    "CORP\\PC1",
    "",
    "PC",
    "c1",
    "Desks",
    "Manual",
    "On",
    "Registered",
    "None",
    False,
    False,
    "old-1",
    "",
    "conn-a",
    "",
    0,
    "None",
)


def machine(
    name: str, uuid: str = "", connection: str = "conn-a", dns: str = "", kind: str = "Manual", id: str = ""
) -> Machine:
    return replace(
        BASE,
        id=id or name,
        name=name,
        hosted_machine_id=uuid,
        hypervisor_connection=connection,
        dns_name=dns,
        provisioning_type=kind,
    )


def vm(name: str, uuid: str, connection: str = "conn-b") -> HostingVm:
    return HostingVm(name, uuid, connection)


def placed(plan: RehostingPlan) -> dict[str, str]:
    return {move.machine.name: move.uuid for move in (*plan.right, *plan.changes)}


hosts = st.sampled_from(["PC1", "pc1", "PC10", "PC2"])
uuids = st.sampled_from(["u1", "u2", "u3", "u4"])
connections = st.sampled_from(["conn-a", "conn-b", "CONN-B"])
some_machines = st.lists(
    st.builds(
        machine,
        st.builds("{}\\{}".format, st.sampled_from(["CORP", "LAB"]), hosts),
        uuid=uuids | st.just(""),
        connection=connections | st.just(""),
        dns=st.sampled_from(["", "pc1.corp.example"]),
        kind=st.sampled_from(["Manual", "Manual", "Manual", "MCS", "PVS", ""]),
        id=st.uuids().map(str),
    ),
    max_size=6,
    unique_by=lambda found: found.id,
)
some_vms = st.lists(
    st.builds(vm, hosts | st.just("pc1.corp.example"), uuids | st.just("") | uuids.map(str.upper), connections),
    max_size=6,
)


@given(some_machines, some_vms)
def test_one_to_one_or_not_at_all(machines: list[Machine], vms: list[HostingVm]) -> None:
    matching = match(machines, vms)
    assert {found.id for found in machines} == {*matching.vms, *matching.doubts, *matching.missing}
    assert len(machines) == len(matching.vms) + len(matching.doubts) + len(matching.missing)
    given_away = [(found.uuid, found.connection.casefold()) for found, _remark in matching.vms.values() if found.uuid]
    assert len(given_away) == len(set(given_away))


@given(some_machines, some_vms)
def test_a_vm_is_found_by_uuid_or_whole_name_only(machines: list[Machine], vms: list[HostingVm]) -> None:
    known = {found.id: found for found in machines}
    for id, (found, remark) in match(machines, vms).vms.items():
        own = known[id]
        by_name = found.name.casefold() in vm_names_of(own)
        assert by_name or own.hosted_machine_id == found.uuid
        assert bool(remark) == (not by_name)
        if own.hosted_machine_id != found.uuid:
            # Nobody else could be meant: not one other VM of its names, and no machine that has this one.
            assert (
                len(
                    {
                        (other.uuid.lower(), other.connection.casefold())
                        for other in vms
                        if other.name.casefold() in vm_names_of(own)
                    }
                )
                == 1
            )
            assert not found.uuid or [other for other in machines if other.hosted_machine_id == found.uuid] == []


@given(some_machines, some_vms, st.booleans())
def test_every_machine_and_every_vm_is_in_one_list(machines: list[Machine], vms: list[HostingVm], adopt: bool) -> None:
    plan = rehost(machines, vms, vm_names=[found.name for found in vms], adopt_unmanaged=adopt)
    listed = [move.machine.id for move in (*plan.right, *plan.changes)] + [doubt.machine.id for doubt in plan.ambiguous]
    listed += [obstacle.machine.id for obstacle in (*plan.missing, *plan.refused) if obstacle.machine] + [
        found.id for found in plan.unmanaged
    ]
    assert sorted(listed) == sorted(found.id for found in machines)
    assert all(move.needed and move.machine.provisioning_type == "Manual" for move in plan.changes)
    assert not any(move.needed for move in plan.right)
    assert adopt or not any(is_unmanaged(move.machine) for move in plan.changes)
    used = {(move.uuid, move.connection.casefold()) for move in (*plan.right, *plan.changes)}
    assert not used & {(found.uuid, found.connection.casefold()) for found in plan.unexpected if found.uuid}


@given(some_machines, some_vms)
def test_carried_out_the_plan_asks_for_nothing_more(machines: list[Machine], vms: list[HostingVm]) -> None:
    vms = [found for found in vms if found.uuid]
    plan = rehost(machines, vms)
    moved = {
        move.machine.id: replace(move.machine, hosted_machine_id=move.uuid, hypervisor_connection=move.connection)
        for move in plan.changes
    }
    after = rehost([moved.get(found.id, found) for found in machines], vms)
    assert {move.machine.id for move in plan.changes} <= {move.machine.id for move in after.right}
    assert not {move.machine.id for move in after.changes} & set(moved)


@given(some_machines, some_vms, st.randoms())
def test_order_does_not_matter(machines: list[Machine], vms: list[HostingVm], chance: object) -> None:
    shuffled = list(machines)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = match(machines, vms), match(shuffled, vms)
    assert (one.vms, set(one.doubts), one.missing) == (other.vms, set(other.doubts), other.missing)


@given(some_machines, some_machines, some_vms)
def test_nobody_outside_loses_a_vm(machines: list[Machine], others: list[Machine], vms: list[HostingVm]) -> None:
    whole = rehost(machines, vms)
    plan = without_taken(whole, [*others, *machines])
    held = {other.hosted_machine_id for other in others}
    assert not {move.uuid for move in plan.changes if move.machine.hosted_machine_id != move.uuid and move.uuid} & held
    assert {move.machine.id for move in whole.changes} == {move.machine.id for move in plan.changes} | {
        doubt.machine.id for doubt in plan.ambiguous[len(whole.ambiguous) :]
    }
    assert without_taken(whole, machines) == whole
    assert without_taken(plan, others) == plan


@given(some_machines, some_vms)
def test_excluded_machines_keep_their_vms(machines: list[Machine], vms: list[HostingVm]) -> None:
    kept, excluded = machines[::2], machines[1::2]
    everything = rehost(machines, vms)
    part = rehost(kept, vms, excluded=excluded)
    ids = {found.id for found in kept}
    assert part.changes == tuple(move for move in everything.changes if move.machine.id in ids)
    assert part.right == tuple(move for move in everything.right if move.machine.id in ids)


def test_names_are_whole_and_without_case_and_domain() -> None:
    machines = [machine("CORP\\PC1"), machine("CORP\\PC10"), machine("corp\\Straße")]
    plan = rehost(
        machines, [vm("pc1", "u1"), vm("PC10", "u10"), vm("STRASSE", "u3"), vm("PC", "u4"), vm("PC100", "u5")]
    )
    assert placed(plan) == {"CORP\\PC1": "u1", "CORP\\PC10": "u10", "corp\\Straße": "u3"}


def test_the_whole_dns_name_is_a_name_and_a_part_of_it_is_not() -> None:
    own = machine("CORP\\PC1", dns="pc1.corp.example")
    assert placed(rehost([own], [vm("PC1.corp.Example", "u1")])) == {"CORP\\PC1": "u1"}
    assert [found.reason for found in rehost([own], [vm("pc1.corp", "u1")]).missing] == [
        "no VM is called 'PC1' or 'pc1.corp.example'"
    ]
    (doubt,) = rehost([own], [vm("PC1", "u1"), vm("pc1.corp.example", "u2")]).ambiguous
    assert doubt.reason == "2 VMs bear its name"


def test_uuid_first_whatever_the_name_with_a_remark() -> None:
    plan = rehost([machine("CORP\\PC1", "U1".lower())], [vm("renamed", "U1"), vm("PC1", "u2")], vm_names=["PC1"])
    assert [(move.uuid, move.remark) for move in plan.changes] == [
        ("u1", "matched by its uuid, though the VM is called 'renamed'")
    ]
    assert plan.unexpected == (vm("PC1", "u2"),)


def test_a_change_from_another_connection_than_those_of_the_move_is_remarked() -> None:
    moved = [machine("PC1", uuid="1", connection="CONN-A"), machine("PC2", uuid="2", connection="conn-old")]
    moved.append(machine("PC3", uuid="3", connection=""))
    plan = with_way_back(rehost(moved, [vm("PC1", "1"), vm("PC2", "2"), vm("PC3", "3")]), ["conn-a", "conn-b"])
    told = "it was on conn-old, which is no connection of this move"
    assert {move.vm_name: move.remark for move in plan.changes} == {"PC1": "", "PC2": told, "PC3": ""}


def test_a_newer_clone_never_takes_over() -> None:
    real, clone = vm("PC1", "u1"), vm("PC1", "u2")
    held = rehost([machine("CORP\\PC1", "u1")], [clone, real], vm_names=["pc1"])
    assert (placed(held), held.unexpected) == ({"CORP\\PC1": "u1"}, (clone,))
    (doubt,) = rehost([machine("CORP\\PC1", "gone")], [clone, real], vm_names=["pc1"]).ambiguous
    assert doubt.candidates == (clone, real)
    # Not even by elimination: what is left over may be the clone.
    left = rehost([machine("CORP\\PC1", "u1"), machine("LAB\\PC1", "gone")], [clone, real])
    assert [found.machine.name for found in left.ambiguous] == ["LAB\\PC1"]


def test_a_vm_that_two_domains_may_claim_is_nobodys() -> None:
    plan = rehost([machine("CORP\\PC1"), machine("LAB\\pc1")], [vm("PC1", "u1")], vm_names=["PC1"])
    assert [found.reason for found in plan.ambiguous] == [
        "the only VM of its name may as well be that of LAB\\pc1",
        "the only VM of its name may as well be that of CORP\\PC1",
    ]
    assert plan.unexpected == ()
    excluded = rehost([machine("CORP\\PC1")], [vm("PC1", "u1")], excluded=[machine("LAB\\PC1")])
    assert len(excluded.ambiguous) == 1


def test_the_holder_of_a_uuid_keeps_it_from_the_bearer_of_the_name() -> None:
    plan = rehost([machine("CORP\\PC1", "gone"), machine("CORP\\PC9", "u1")], [vm("PC1", "u1")])
    assert placed(plan) == {"CORP\\PC9": "u1"}
    assert [found.reason for found in plan.ambiguous] == ["the only VM of its name belongs to CORP\\PC9 by its uuid"]


def test_of_several_with_one_uuid_the_bearer_of_the_name_has_it_and_the_others_go_by_name() -> None:
    machines = [machine("CORP\\PC1", "u1"), machine("CORP\\PC10", "u1"), machine("CORP\\PC11", "u1")]
    plan = rehost(machines, [vm("PC1", "u1"), vm("PC10", "u10")])
    assert placed(plan) == {"CORP\\PC1": "u1", "CORP\\PC10": "u10"}
    assert [found.name for found in plan.missing] == ["CORP\\PC11"]
    neither = rehost(machines, [vm("other", "u1"), vm("PC10", "u10")])
    assert {found.machine.name for found in neither.ambiguous} == {"CORP\\PC1", "CORP\\PC10", "CORP\\PC11"}
    assert "3 machines have the uuid of this VM: CORP\\PC1, CORP\\PC10, CORP\\PC11" in neither.ambiguous[0].reason


def test_a_vm_alive_on_two_clusters_is_ambiguous() -> None:
    renamed = rehost([machine("CORP\\PC1", "gone")], [vm("PC1", "u1"), vm("other", "u1", "conn-a")])
    assert [len(found.candidates) for found in renamed.ambiguous] == [2]
    (doubt,) = rehost([machine("CORP\\PC1", "u1")], [vm("PC1", "u1", "conn-a"), vm("PC1", "u1", "conn-b")]).ambiguous
    assert doubt.reason == "its VM was given 2 times"
    assert placed(rehost([machine("CORP\\PC1", "u1")], [vm("PC1", "u1"), vm("PC1", "U1", "CONN-B")])) == {
        "CORP\\PC1": "u1"
    }


@pytest.mark.parametrize(
    ("uuid", "connection", "needed"),
    [("u1", "CONN-B", False), ("u1", "conn-a", True), ("gone", "conn-b", True), ("", "conn-b", True), ("u1", "", True)],
)
def test_id_and_connection_are_judged_each_for_itself(uuid: str, connection: str, needed: bool) -> None:
    plan = rehost([machine("CORP\\PC1", uuid, connection)], [vm("PC1", "u1")])
    assert (len(plan.changes), len(plan.right)) == (int(needed), int(not needed))


def test_a_uuid_that_is_not_known_yet_is_a_change_by_name() -> None:
    plan = rehost([machine("CORP\\PC1", "old"), machine("CORP\\PC2", "")], [vm("PC1", ""), vm("PC2", "")])
    assert [(move.uuid, move.connection) for move in plan.changes] == [("", "conn-b"), ("", "conn-b")]
    assert len(rehost([machine("CORP\\PC1")], [vm("PC1", ""), vm("PC1", "")]).ambiguous) == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [("MCS", WAY_ROUND_MCS), ("MCSImport", WAY_ROUND_MCS), ("PVS", "PVS, and only"), ("", "not known, and only")],
)
def test_only_manual_machines_are_re_hosted(kind: str, words: str) -> None:
    plan = rehost([machine("CORP\\PC1", "u1", kind=kind), machine("CORP\\PC2", kind=kind)], [vm("PC1", "u1")])
    assert [words in found.reason for found in plan.refused] == [True, True]
    right = rehost([machine("CORP\\PC1", "u1", "conn-b", kind=kind)], [vm("PC1", "u1")])
    assert (placed(right), right.refused) == ({"CORP\\PC1": "u1"}, ())


def test_machines_without_power_management_are_left_alone_unless_adopted() -> None:
    tin = machine("CORP\\PC1", "", "")
    plan = rehost([tin, machine("CORP\\TIN", "", "")], [vm("PC1", "u1")])
    assert (plan.changes, len(plan.unmanaged)) == ((), 2)
    adopted = rehost([tin], [vm("PC1", "u1")], adopt_unmanaged=True)
    assert (placed(adopted), adopted.unmanaged) == ({"CORP\\PC1": "u1"}, ())


def test_unexpected_are_vms_of_the_names_only() -> None:
    plan = rehost(
        [machine("CORP\\PC1")], [vm("PC1", "u1"), vm("pc2", "u2"), vm("server", "u3")], vm_names=["PC1", "PC2", "PC3"]
    )
    assert plan.unexpected == (vm("pc2", "u2"),)


def test_ten_times_the_machines_take_ten_times_as_long() -> None:
    def planned(count: int) -> int:
        machines = [machine(f"CORP\\PC{number}", f"old-{number}", dns=f"pc{number}.example") for number in range(count)]
        vms = [vm(f"pc{number}", f"new-{number}") for number in range(4 * count)]
        return len(rehost(machines, vms, vm_names=[found.name for found in machines]).changes)

    assert planned(5000) == 5000
    assert growth(planned, 200, 2000) < 30


def test_a_mapping_says_what_each_machine_gets() -> None:
    machines = [machine("CORP\\PC1", "u1", "conn-b"), machine("CORP\\PC2", "u2", "conn-b"), machine("CORP\\PC3", "u3")]
    plan = restore(
        [Entry("pc1", "U1", "CONN-B"), Entry("CORP\\pc2", "u2", "conn-a"), Entry("nobody", "u4", "conn-a")], machines
    )
    assert [move.machine.name for move in plan.right] == ["CORP\\PC1"]
    assert [(move.machine.name, move.connection) for move in plan.changes] == [("CORP\\PC2", "conn-a")]
    assert [(found.name, found.reason) for found in plan.vanished] == [("nobody", UNKNOWN_MACHINE)]


def test_a_mapping_that_contradicts_itself_is_ambiguous() -> None:
    machines = [machine("CORP\\PC1"), machine("CORP\\PC2")]
    twice = restore([Entry("PC1", "u1", "conn-b"), Entry("CORP\\PC1", "u2", "conn-b")], machines)
    assert [found.reason for found in twice.ambiguous] == ["the mapping names it 2 times"]
    shared = [Entry("PC1", "u1", "conn-b"), Entry("PC2", "U1", "conn-b")]
    assert len(restore(shared, machines).ambiguous) == 2
    assert len(restore(shared, machines, one_to_one=False).changes) == 2
    assert len(restore([shared[0], Entry("CORP\\PC1", "u1", "CONN-B")], machines).changes) == 1
    doubles = restore([Entry("PC1", "u1", "conn-b")], [machine("CORP\\PC1"), machine("LAB\\PC1")])
    assert [found.machine.name for found in doubles.ambiguous] == ["CORP\\PC1", "LAB\\PC1"]


def test_a_machine_is_known_by_its_id_where_it_is_given() -> None:
    entry = Entry("CORP\\PC1", "u1", "conn-a", "id-1")
    renamed = restore([entry], [machine("CORP\\NEW", id="id-1")])
    assert [move.machine.name for move in renamed.changes] == ["CORP\\NEW"]
    another = restore([entry], [machine("CORP\\PC1", id="id-2")])
    assert [found.reason for found in another.vanished] == ["another machine has its name now"]
    assert restore([entry], [], excluded=[machine("CORP\\PC1", id="id-1")]).vanished == ()


def test_what_cannot_be_given_back_is_refused() -> None:
    entry = Entry("PC1", "", "")
    assert [found.reason for found in restore([entry], [machine("CORP\\PC1", "u1")]).refused] == [NO_WAY_BACK]
    assert len(restore([entry], [machine("CORP\\PC1", "", "")]).right) == 1
    assert len(restore([Entry("PC1", "u1", "conn-a")], [machine("CORP\\PC1", "u2", kind="MCS")]).refused) == 1
    assert len(restore([Entry("PC1", "u1", "conn-a")], [machine("CORP\\PC1", "", "")]).unmanaged) == 1


@given(some_machines, some_machines)
def test_saved_and_restored(before: list[Machine], read_later: list[Machine]) -> None:
    others = [found for found in read_later if found.id not in {each.id for each in before}]
    to = {found.id: ("new", "conn-new") for found in (*before, *others)}
    saved = parse(render(with_machines(None, before, to, "s1", "Site 'ä'")))
    again = with_machines(
        saved, [*(replace(found, hosted_machine_id="new") for found in before), *others], to, "S1", "x"
    )
    again = with_machines(
        again,
        [replace(found, hosted_machine_id="NEW", hypervisor_connection="conn-new") for found in before],
        to,
        "S1",
        "x",
    )
    assert again["machines"][: len(before)] == saved["machines"]
    assert len(again["machines"]) == len(before) + len(others)
    plan = restore(entries(saved), before, one_to_one=False)
    assert len(plan.right) == len(before)


def test_a_saved_file_says_whose_it_is() -> None:
    saved = with_machines(None, [BASE], {}, "s1", "one")
    with pytest.raises(ValueError, match=r"it holds machines of site 'one' \(s1\) and not of this one"):
        with_machines(saved, [], {}, "s2", "two")
    check_site(saved, "S1")
    assert catalog_ids(saved) == {"c1"}
    assert catalog_ids(with_machines(saved, [replace(BASE, id="2", catalog_id="")], {}, "s1", "one")) == {"c1"}


def test_a_machine_that_was_moved_since_is_saved_anew() -> None:
    """A dr_id used again: the VM of the first time is gone, and what it had before the second time comes back."""
    first = with_machines(None, [replace(BASE, hosted_machine_id="u1")], {BASE.id: ("u2", "conn-b")}, "s1", "one")
    half = with_machines(first, [replace(BASE, hosted_machine_id="u2")], {BASE.id: ("u2", "conn-b")}, "s1", "one")
    assert entries(half) == entries(first)
    back = replace(BASE, hosted_machine_id="u3")
    again = with_machines(half, [back], {BASE.id: ("u4", "conn-b")}, "s1", "one")
    assert [(entry.uuid, entry.connection) for entry in entries(again)] == [("u3", "conn-a")]
    assert entries(
        with_machines(again, [replace(back, hosted_machine_id="u4", hypervisor_connection="conn-b")], {}, "s1", "one")
    ) == entries(again)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind": "citrix_machine_hosting", "site": {}, "machines": [{"id": "1"}]}']
)
def test_any_other_file_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse(text)


def test_connections_that_machines_may_be_put_on() -> None:
    known = {
        "AHV-B": ("AcropolisFactory", False),
        "Resting": ("AcropolisFactory", True),
        "vSphere": ("VmwareFactory", False),
    }
    assert connection_problem("ahv-b", known, False) == ""
    assert "Near names are 'AHV-B'" in connection_problem("AHV-C", known, False)
    assert "is in maintenance mode" in connection_problem("Resting", known, True)
    assert "plug-in 'VmwareFactory', which is none of Nutanix AHV" in connection_problem("vSphere", known, False)
    assert connection_problem("vSphere", known, True) == ""
    assert len(NUTANIX_PLUGINS) == 4


HERE, EMPTY = frozenset({"u1"}), frozenset[str]()
SILENT = SeenCluster("cluster-c", "conn-a", EMPTY, "it does not answer")


@pytest.mark.parametrize(
    ("clusters", "objection"),
    [
        ([SeenCluster("cluster-a", "CONN-A", HERE)], ""),
        # One connection may lead to several clusters, as that of a Prism Central.
        ([SeenCluster("cluster-a", "conn-a", EMPTY), SeenCluster("cluster-d", "conn-a", HERE)], ""),
        ([SeenCluster("cluster-a", "conn-a", HERE), SILENT], ""),
        ([SeenCluster("cluster-a", "conn-a", EMPTY)], "its VM u1 is not on cluster-a"),
        ([SeenCluster("cluster-b", "conn-b", HERE)], "no cluster behind the connection 'conn-a' was read"),
        ([SeenCluster("cluster-a", "conn-a", EMPTY), SILENT], "cluster-c could not be read (it does not answer)"),
    ],
)
def test_a_vm_must_be_seen_behind_its_connection(clusters: list[SeenCluster], objection: str) -> None:
    plan = RehostingPlan(changes=(HostingChange(machine("CORP\\PC1", "u9", "conn-b"), "u1", "conn-a"),))
    checked = without_absent(plan, clusters)
    assert len(checked.changes) == (not objection)
    assert all(objection in obstacle.reason for obstacle in checked.refused)
    assert len(checked.changes) + len(checked.refused) == 1
