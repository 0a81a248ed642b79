# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.hosting_vms import expected, present

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


def test_vm_counts_by_the_name_it_has_now() -> None:
    found = present({"b": seen([vm("PC1-new", "1")], [domain("PD", True, ("PC1", "1"))])}, CONNECTIONS, ["PD"])
    assert (found["vms"], found["vm_names"]) == ([hosted("PC1-new", "1", "b")], ["PC1-new"])


@pytest.mark.parametrize(
    ("clusters", "words"),
    [
        ({"a": seen(domains=[domain("PD", False)]), "b": seen()}, "not active on a or b: fail over first"),
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
    with pytest.raises(ValueError, match=words.replace("(", r"\(").replace(")", r"\)")):
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
    found = expected(source, target, ["PD"], planned, "b", CONNECTIONS)
    assert {entry["name"]: entry["uuid"] for entry in found["vms"]} == uuids
    assert found["vm_names"] == list(uuids)
    assert {entry["hypervisor_connection"] for entry in found["vms"]} <= {"AHV-B"}


@pytest.mark.parametrize(("planned", "others"), [(True, ["clone", "server"]), (False, ["clone", "server"])])
def test_vms_that_do_not_move_are_told_apart_from_those_that_do(planned: bool, others: list[str]) -> None:
    source = seen([vm("PC1", "1"), vm("PC1", "clone")], [ACTIVE])
    found = expected(source, seen([vm("PC1", "server")], [REPLICA]), ["PD"], planned, "b", CONNECTIONS)
    assert (found["vm_uuids"], found["other_vm_uuids"]) == (["1"] if planned else [], others)


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
