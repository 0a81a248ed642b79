# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, find_machine, summarise

MACHINE = Machine(
    "1",
    "CORP\\W11-1",
    "w11-1.corp",
    "W11",
    "c1",
    "W11",
    "MCS",
    "On",
    "Registered",
    "None",
    False,
    False,
    "u1",
    "W11-1",
    "conn",
    "7.41",
    0,
    "None",
)
SITE = [MACHINE, replace(MACHINE, id="2", name="CORP\\W11-10"), replace(MACHINE, id="3", name="LAB\\W11-10")]


@pytest.mark.parametrize(("name", "id"), [("W11-1", "1"), ("w11-1", "1"), ("corp\\w11-1", "1"), ("LAB\\W11-10", "3")])
def test_found_whole(name: str, id: str) -> None:
    assert find_machine(name, SITE).id == id


def test_host_name_in_two_domains_is_refused_with_both() -> None:
    with pytest.raises(Refusal, match=r"2 machines are called 'W11-10': CORP.W11-10 \(2\), LAB.W11-10 \(3\)"):
        find_machine("W11-10", SITE)


@pytest.mark.parametrize("name", ["W11", "W11-100", "OTHER\\W11-1", ""])
def test_not_found(name: str) -> None:
    with pytest.raises(Refusal, match="there is no machine"):
        find_machine(name, SITE)


STATES = st.sampled_from(["On", "Off", "Unknown"])


@given(
    st.lists(
        st.tuples(
            STATES,
            st.booleans(),
            st.booleans(),
            st.integers(0, 3),
            st.sampled_from(["None", "Unregistered", "Unknown"]),
        )
    )
)
def test_summary_counts_everything_once(rows: list[tuple[str, bool, bool, int, str]]) -> None:
    machines = [
        replace(
            MACHINE,
            power_state=power,
            registration_state="Registered" if up else "Unregistered",
            image_out_of_date=old,
            sessions=sessions,
            fault_state=fault,
        )
        for power, up, old, sessions, fault in rows
    ]
    summary = summarise(machines)
    assert summary["total"] == sum(summary["by_power_state"].values()) == len(rows)
    assert summary["registered"] == sum(row[1] for row in rows)
    assert summary["image_out_of_date"] == sum(row[2] for row in rows)
    assert summary["with_sessions"] == sum(row[3] > 0 for row in rows)
    assert sum(summary["by_fault_state"].values()) == sum(row[4] == "Unregistered" for row in rows)
