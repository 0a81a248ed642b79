# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.hosting_vms import (
    Failover,
    present,
)

CONNECTIONS = {"a": "AHV-A", "b": "AHV-B"}


def vm(name: str, uuid: str) -> dict[str, str]:
    return {"name": name, "uuid": uuid}


def domain(name: str, active: bool, *members: tuple[str, str], snapshots: Any = ()) -> dict[str, Any]:
    return {
        "name": name,
        "active": active,
        "members": [{"vm_name": vm_name, "vm_uuid": uuid} for vm_name, uuid in members],
        "snapshots": list(snapshots),
    }


def snapshot(created: str, *names: str, state: str = "AVAILABLE") -> dict[str, Any]:
    return {"state": state, "created": created, "vms": [{"vm_name": name, "vm_uuid": f"old-{name}"} for name in names]}


def seen(vms: Any = (), domains: Any = (), message: str = "") -> dict[str, Any]:
    return {"message": message, "vms": list(vms), "domains": list(domains)}


def hosted(name: str, uuid: str, host: str) -> dict[str, str]:
    return {"name": name, "uuid": uuid, "hypervisor_connection": CONNECTIONS[host], "cluster": host}


def test_without_protection_domains_all_vms_count() -> None:
    found = present({"a": seen([vm("PC1", "1")]), "b": seen([vm("PC1", "2")])}, CONNECTIONS)
    assert found["vms"] == [hosted("PC1", "1", "a"), hosted("PC1", "2", "b")]
    assert (found["vm_names"], found["vm_uuids"], found["other_vm_uuids"]) == (None, None, [])


def test_with_a_protection_domain_a_vm_of_the_same_name_that_is_no_member_does_not_count() -> None:
    clusters = {
        "a": seen(domains=[domain("PD", False)]),
        "b": seen([vm("PC1", "clone"), vm("PC1", "1")], [domain("PD", True, ("PC1", "1"))]),
    }
    chosen = {"vms": [hosted("PC1", "1", "b")], "vm_names": ["PC1"], "vm_uuids": ["1"], "other_vm_uuids": ["clone"]}
    assert present(clusters, CONNECTIONS, ["PD"]) == chosen


def test_member_whose_vm_is_gone_stays_among_the_names() -> None:
    found = present({"b": seen([], [domain("PD", True, ("PC1", "1"))])}, CONNECTIONS, ["PD"])
    assert (found["vms"], found["vm_names"], found["vm_uuids"]) == ([], ["PC1"], [])


@pytest.mark.parametrize("on_target", [False, True])
def test_member_that_does_not_exist_is_not_expected_and_stays_among_the_names(on_target: bool) -> None:
    there = seen([vm("PC1", "1")], [domain("PD", True, ("PC1", "1"), ("PC2", "2"))])
    empty = seen([vm("PC9", "9")], [domain("PD", False)])
    source, target = (empty, there) if on_target else (there, empty)
    found = Failover(source, target, ["PD"], True, "b", CONNECTIONS).expected()
    assert found["vms"] == [hosted("PC1", "1", "b")]
    assert (found["vm_names"], found["vm_uuids"]) == (["PC1", "PC2"], ["1"])


def test_vms_of_a_lost_source_that_nobody_could_read_are_expected() -> None:
    source = seen([], [domain("PD", True, ("PC1", "1"))])
    assert Failover(source, seen([vm("X", "x")]), ["PD"], False, "b", CONNECTIONS).expected()["vms"] == [
        hosted("PC1", "", "b")
    ]


def test_what_was_lost_on_the_way_stays_among_the_names() -> None:
    found = present({"b": seen([vm("PC1", "1")], [domain("PD", True, ("PC1", "1"))])}, CONNECTIONS, ["PD"], ["PC2"])
    assert (found["vms"], found["vm_names"]) == ([hosted("PC1", "1", "b")], ["PC1", "PC2"])


def test_vm_counts_by_the_name_it_has_now() -> None:
    found = present({"b": seen([vm("PC1-new", "1")], [domain("PD", True, ("PC1", "1"))])}, CONNECTIONS, ["PD"])
    assert (found["vms"], found["vm_names"]) == ([hosted("PC1-new", "1", "b")], ["PC1-new"])


@pytest.mark.parametrize(
    ("clusters", "words"),
    [
        ({"a": seen(domains=[domain("PD", False)]), "b": seen()}, "not active on a or b. Fail over first"),
        (
            {"a": seen(domains=[domain("PD", True)]), "b": seen(domains=[domain("PD", True)])},
            "active on a and on b at once",
        ),
        ({"a": seen(message="no route"), "b": seen(domains=[domain("PD", True)])}, "a could not be asked (no route)"),
        (
            {"c": seen(vms=[vm("PC1", "1")], domains=[domain("PD", True, ("PC1", "1"))])},
            "No hosting connection of this site is named for c",
        ),
    ],
)
def test_what_cannot_be_told_is_refused(clusters: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal, match=words.replace("(", r"\(").replace(")", r"\)")):
        present(clusters, CONNECTIONS, ["PD"])


ACTIVE = domain("PD", True, ("PC1", "1"))
REPLICA = domain(
    "PD", False, snapshots=[snapshot("2026-11-20T10:00:00Z", "PC1"), snapshot("2026-11-20T11:00:00Z", "PC1", "PC2")]
)


@pytest.mark.parametrize(
    ("source", "target", "planned", "uuids"),
    [
        (seen(domains=[ACTIVE]), seen(domains=[REPLICA]), True, {"PC1": "1"}),
        (seen(domains=[ACTIVE]), seen(domains=[REPLICA]), False, {"PC1": ""}),
        (seen(message="away"), seen(domains=[REPLICA]), False, {"PC1": "", "PC2": ""}),
        (seen(domains=[domain("PD", False)]), seen(domains=[ACTIVE]), True, {"PC1": "1"}),
        (
            seen(message="away"),
            seen(domains=[domain("PD", False, snapshots=[snapshot("x", "PC1", state="EXPIRED")])]),
            False,
            {},
        ),
        (seen(), seen(), True, {}),
    ],
)
def test_expected_after_the_failover(
    source: dict[str, Any], target: dict[str, Any], planned: bool, uuids: dict[str, str]
) -> None:
    found = Failover(source, target, ["PD"], planned, "b", CONNECTIONS).expected()
    assert {entry["name"]: entry["uuid"] for entry in found["vms"]} == uuids
    assert found["vm_names"] == list(uuids)
    assert {entry["hypervisor_connection"] for entry in found["vms"]} <= {"AHV-B"}


@pytest.mark.parametrize(("planned", "others"), [(True, ["clone", "server"]), (False, ["clone", "server"])])
def test_vms_that_do_not_move_are_told_apart_from_those_that_do(planned: bool, others: list[str]) -> None:
    source = seen([vm("PC1", "1"), vm("PC1", "clone")], [ACTIVE])
    found = Failover(source, seen([vm("PC1", "server")], [REPLICA]), ["PD"], planned, "b", CONNECTIONS).expected()
    kept = ["1"] if planned else []
    assert (found["vm_uuids"], found["other_vm_uuids"]) == ([*kept, "old-PC1"], others)


@given(
    st.lists(
        st.tuples(st.sampled_from(["PC1", "PC2", "PC10"]), st.sampled_from("123456")), unique_by=lambda pair: pair[1]
    ),
    st.sets(st.sampled_from("123456")),
)
def test_only_members_that_exist_are_ever_given(on_cluster: list[tuple[str, str]], members: set[str]) -> None:
    clusters = {
        "b": seen(
            [vm(name, uuid) for name, uuid in on_cluster],
            [domain("PD", True, *((f"VM{uuid}", uuid) for uuid in sorted(members)))],
        )
    }
    found = present(clusters, CONNECTIONS, ["PD"])
    assert {entry["uuid"] for entry in found["vms"]} == members & {uuid for name, uuid in on_cluster}
    assert len(found["vm_names"]) <= len(members)


def note(name: str, *vms: tuple[str, str], arrived: bool = True) -> dict[str, Any]:
    return {"name": name, "arrived": arrived, "vms": [vm(*each) for each in vms]}


def replica(name: str, *members: str) -> dict[str, Any]:
    return domain(name, False, snapshots=[snapshot("2026-11-20T10:00:00Z", *members)])


BOTH = ["FAST", "SLOW"]


def arrived(
    notes: list[dict[str, Any]], source: dict[str, Any], target: dict[str, Any], planned: bool, done: Any = ()
) -> dict[str, Any]:
    return Failover(source, target, BOTH, planned, "b", CONNECTIONS).arriving(notes, done)


def test_what_has_arrived_counts_and_what_still_moves_is_none_of_it() -> None:
    source = seen(
        [vm("PC1", "1"), vm("PC2", "2"), vm("server", "9")],
        [domain("FAST", True, ("PC1", "1")), domain("SLOW", True, ("PC2", "2"))],
    )
    target = seen([vm("clone", "8")], [replica("FAST", "PC1"), replica("SLOW", "PC2")])
    assert arrived([note("FAST", ("PC1", "1"))], source, target, planned=True) == {
        "vms": [hosted("PC1", "1", "b")],
        "vm_names": ["PC1"],
        "vm_uuids": ["1", "old-PC1"],
        "other_vm_uuids": ["2", "9", "8"],
        "domains": ["FAST"],
    }


def test_after_an_activation_ids_of_the_old_side_are_nobody_elses() -> None:
    """A machine has the id of its old VM until it is re-hosted, and is one of this move by its name."""
    source = seen(domains=[domain("FAST", True, ("PC1", "old-1")), domain("SLOW", True, ("PC2", "old-2"))])
    target = seen(domains=[replica("FAST", "PC1"), replica("SLOW", "PC2")])
    found = arrived([note("FAST", ("PC1", "new-1"))], source, target, planned=False)
    assert (found["vm_uuids"], found["other_vm_uuids"]) == (["new-1", "old-PC1"], ["old-2"])


def test_after_an_activation_the_ids_that_snapshots_tell_are_meant_unless_another_vm_has_them() -> None:
    """A machine on another connection to the lost cluster has no other sign of its VM."""
    replicas = [snapshot("2026-11-20", "PC1"), snapshot("2026-11-19", "PC1", "PC9")]
    active = domain("PD", True, ("pc1", "new-1"), snapshots=replicas)
    chosen = present({"b": seen([vm("pc1", "new-1")], [active])}, CONNECTIONS, ["PD"])
    assert (chosen["vm_uuids"], chosen["other_vm_uuids"]) == (["new-1", "old-PC1"], [])
    chosen = present({"b": seen([vm("pc1", "new-1"), vm("PC1", "old-PC1")], [active])}, CONNECTIONS, ["PD"])
    assert (chosen["vm_uuids"], chosen["other_vm_uuids"]) == (["new-1"], ["old-PC1"])


@pytest.mark.parametrize("namesake", ["PC1", "pc1", "PC1.corp.example"])
@pytest.mark.parametrize("planned", [True, False])
def test_a_vm_with_a_namesake_in_another_protection_domain_is_left_to_the_end(planned: bool, namesake: str) -> None:
    source = seen(
        [vm("PC1", "1"), vm("PC3", "3"), vm(namesake, "2")],
        [domain("FAST", True, ("PC1", "1"), ("PC3", "3")), domain("SLOW", True, (namesake, "2"))],
    )
    target = seen(domains=[replica("FAST", "PC1", "PC3"), replica("SLOW", namesake)])
    fast, slow = note("FAST", ("PC1", "1"), ("PC3", "3")), note("SLOW", (namesake, "2"))
    for notes, done, names in (
        ([fast], [], ["PC3"]),
        ([fast, slow], ["FAST"], []),
        ([fast, note("SLOW", arrived=False)], [], ["PC3"]),
    ):
        found = arrived(notes, source, target, planned, done)
        assert (found["vm_names"], set(found["vm_uuids"]) & {"1", "2"}) == (names, set())
        assert {"1", "2"} <= set(found["other_vm_uuids"])


def test_one_that_failed_is_not_among_them() -> None:
    source = seen(domains=[domain("FAST", True, ("PC1", "1")), domain("SLOW", True, ("PC2", "2"))])
    notes = [note("FAST", ("PC1", "1")), note("SLOW", arrived=False)]
    found = arrived(notes, source, seen(), planned=True)
    assert (found["domains"], found["vm_names"], found["other_vm_uuids"]) == (["FAST"], ["PC1"], ["2"])
    assert arrived([note("SLOW", arrived=False)], source, seen(), planned=True)["vms"] == []


def test_nothing_is_done_while_nobody_knows_which_vms_are_to_come() -> None:
    target = seen(domains=[replica("FAST", "PC1"), replica("SLOW")])
    fast, slow = note("FAST", ("PC1", "1")), note("SLOW", ("PC2", "2"))
    found = arrived([fast], seen(message="away"), target, planned=False)
    assert (found["vms"], found["domains"]) == ([], [])
    assert arrived([fast, slow], seen(message="away"), target, planned=False)["domains"] == BOTH


@given(
    st.lists(st.tuples(st.sampled_from(BOTH), st.sampled_from(["PC1", "PC2", "PC3"])), max_size=8),
    st.sets(st.sampled_from(BOTH)),
    st.booleans(),
)
def test_a_batch_never_holds_what_all_together_would_hold_differently(
    members: list[tuple[str, str]], there: set[str], planned: bool
) -> None:
    """Each VM of a batch is the only one of its name in the whole move, or its namesakes are in the batch as well."""
    vms = {name: [(pc, f"{name}-{n}") for n, (owner, pc) in enumerate(members) if owner == name] for name in BOTH}
    source = seen([vm(*each) for name in BOTH for each in vms[name]], [domain(name, True, *vms[name]) for name in BOTH])
    target = seen(domains=[replica(name, *(pc for pc, _uuid in vms[name])) for name in BOTH])
    found = arrived([note(name, *vms[name]) for name in sorted(there)], source, target, planned)
    for chosen in found["vms"]:
        namesakes = {uuid for name in BOTH for pc, uuid in vms[name] if pc == chosen["name"]}
        assert namesakes <= set(found["vm_uuids"])
    assert not set(found["vm_uuids"]) & set(found["other_vm_uuids"])
