# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""logic/machines/connections"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.connections import (
    ConnectionFacts,
    on_earlier_connections,
    with_others_to_same_cluster,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.rehosting import (
    HostingChange,
    RehostingPlan,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine

ELEMENT, CENTRAL = "AcropolisFactory", "AcropolisPCFactory"
A = ConnectionFacts("AHV-A", ELEMENT, ("https://a.example:9440",))
A2 = ConnectionFacts("AHV-A2", ELEMENT, ("A.example:9440",))
B = ConnectionFacts("AHV-B", ELEMENT, ("https://b.example:9440",))


@pytest.mark.parametrize(
    ("connections", "names"),
    [
        ([A, A2, B], ["ahv-a", "AHV-A2"]),
        ([A, B], ["ahv-a"]),
        # Many clusters are behind one Prism Central
        ([ConnectionFacts("AHV-A", CENTRAL, A.addresses), ConnectionFacts("AHV-A2", CENTRAL, A.addresses)], ["ahv-a"]),
        ([A, ConnectionFacts("AHV-A2", CENTRAL, A.addresses)], ["ahv-a"]),
        # Two that tell no address are not at one place
        ([ConnectionFacts("AHV-A", ELEMENT, ()), ConnectionFacts("AHV-A2", ELEMENT, ())], ["ahv-a"]),
    ],
)
def test_connections_are_the_same_by_where_they_lead(connections: list[ConnectionFacts], names: list[str]) -> None:
    assert with_others_to_same_cluster(["ahv-a"], connections) == names


def machine(connection: str) -> Machine:
    empty: dict[str, Any] = {field.name: "" for field in fields(Machine)}
    return Machine(**{**empty, "id": "id", "hosted_machine_id": "1", "hypervisor_connection": connection})


@pytest.mark.parametrize(("before", "target"), [("AHV-A2", "AHV-A2"), ("AHV-B", "AHV-A"), ("", "AHV-A")])
def test_a_way_back_leads_to_the_earlier_connection_where_it_is_of_the_same_cluster(before: str, target: str) -> None:
    plan = RehostingPlan(changes=(HostingChange(machine("AHV-B"), "1", "AHV-A"),))
    changed = on_earlier_connections(plan, {"id": before} if before else {}, [A, A2, B])
    assert [move.connection for move in changed.changes] == [target]


def test_who_is_back_already_is_right() -> None:
    plan = RehostingPlan(changes=(HostingChange(machine("AHV-A2"), "1", "AHV-A"),))
    changed = on_earlier_connections(plan, {"id": "AHV-A2"}, [A, A2, B])
    assert (len(changed.right), changed.changes) == (1, ())
