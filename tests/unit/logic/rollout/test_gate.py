# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.gate import (
    GIVEN_UP,
    Figures,
    GateTerms,
    anybody_testifies,
    can_never_open,
    closed_because,
    doubtful,
    figures,
    percent,
    restarts_since,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog, HostingUnit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import MasterImage

UNIT = HostingUnit("u1", "AHV-A", "XDHyp:\\HostingUnits\\AHV-A", "c1", "conn-a")
CATALOG = Catalog(
    "1",
    "W11",
    "W11",
    clean_on_boot=True,
    hosting_unit=UNIT,
    master_image=MasterImage("new", "XDHyp:\\HostingUnits\\AHV-A\\new.template"),
)
WELL = Machine(
    "1", "CORP\\W11-1", "", "W11", "1", "", "MCS", "On", "Registered", "None", False, False, "", "", "", "", 0, "None"
)

machines = st.lists(
    st.builds(
        replace,
        st.just(WELL),
        name=st.text(min_size=1, max_size=3),
        power_state=st.sampled_from(["On", "Off", "TurningOn", "TurningOff", "Suspended", "Unknown", "Later"]),
        registration_state=st.sampled_from(["Registered", "Unregistered", "Initializing", "AgentError"]),
        fault_state=st.sampled_from(["None", "Unknown", "", "Unregistered", "MaxCapacity", "StuckOnBoot", "Later"]),
        maintenance_mode=st.booleans(),
        maintenance_reason=st.sampled_from(["None", "Administrator", GIVEN_UP]),
        image_out_of_date=st.booleans(),
        scheduled_reboot=st.sampled_from(["None", "Natural", "InProgress"]),
    ),
    max_size=12,
)
terms = st.builds(GateTerms, st.integers(0, 100), st.integers(0, 12), st.integers(0, 100), st.integers(0, 12))


def seen(*some: Machine) -> Figures:
    return figures(some, ())


@given(machines, st.lists(st.text(max_size=3)))
def test_figures_fit_together(some: list[Machine], baseline: list[str]) -> None:
    found = figures(some, baseline)
    assert 0 <= found.registered <= found.on <= found.machines - found.maintenance_mode
    assert found.out_of_date <= found.on
    assert set(found.new_faults) <= set(found.faulty)
    assert figures(some, found.faulty).new_faults == ()


@given(machines, terms)
def test_more_demanding_terms_never_open_a_gate(some: list[Machine], lax: GateTerms) -> None:
    strict = GateTerms(100, lax.registered_at_least + 1, 0, 0)
    found = figures(some, ())
    if closed_because(CATALOG, "new", found, lax):
        assert closed_because(CATALOG, "new", found, strict)


@given(machines)
def test_no_terms_no_obstacle(some: list[Machine]) -> None:
    assert closed_because(CATALOG, "new", figures(some, ()), GateTerms(0, 0, 100, len(some))) == ""


def test_a_restart_under_way_keeps_the_gate_closed() -> None:
    restarting = replace(WELL, power_state="TurningOn", registration_state="Unregistered")
    assert "0 of 1 machines that are on are registered" in closed_because(CATALOG, "new", seen(restarting), GateTerms())
    between = replace(WELL, power_state="Off", registration_state="Unregistered", scheduled_reboot="InProgress")
    assert seen(between).on == 1


def test_machines_that_are_off_prove_nothing() -> None:
    off = replace(WELL, power_state="Off", registration_state="Unregistered", image_out_of_date=True)
    assert (
        closed_because(CATALOG, "new", seen(off), GateTerms())
        == "0 machines are registered on the image, at least 1 must be to verify anything"
    )
    assert closed_because(CATALOG, "new", seen(off), GateTerms(registered_at_least=0)) == ""
    assert (
        closed_because(CATALOG, None, seen(off), GateTerms())
        == "0 machines are registered, at least 1 must be to verify anything"
    )
    assert closed_because(CATALOG, "new", seen(WELL, off), GateTerms()) == ""


def test_evidence_of_nothing_opens_no_gate() -> None:
    assert closed_because(CATALOG, "new", seen(), GateTerms()) == "it has no machine that could verify the image"
    assert (
        closed_because(CATALOG, None, seen(), GateTerms(registered_at_least=5))
        == "it has no machine that could verify the image"
    )
    parked = replace(WELL, maintenance_mode=True)
    assert (
        closed_because(CATALOG, "new", seen(parked, parked), GateTerms())
        == "all of its 2 machines are in maintenance mode and verify nothing"
    )
    assert (
        can_never_open(CATALOG, "new", seen(), GateTerms()),
        can_never_open(CATALOG, "new", seen(parked), GateTerms()),
    ) == (
        True,
        False,
    )
    for nobody in (seen(), seen(parked)):
        assert closed_because(CATALOG, "new", nobody, GateTerms(registered_at_least=0)) == ""
        assert not can_never_open(CATALOG, "new", nobody, GateTerms(registered_at_least=0))
        assert not anybody_testifies("new", nobody)


def test_machines_that_still_have_the_image_before_do_not_prove_the_new_one() -> None:
    before = replace(WELL, image_out_of_date=True)
    lax = GateTerms(out_of_date_percent=100)
    assert (
        closed_because(CATALOG, "new", seen(before, before), lax)
        == "0 machines are registered on the image, at least 1 must be to verify anything"
    )
    assert closed_because(CATALOG, "new", seen(before, WELL), lax) == ""
    assert closed_because(CATALOG, None, seen(before), lax) == ""


@pytest.mark.parametrize(
    ("catalog", "told"),
    [
        (replace(CATALOG, clean_on_boot=False), "keep the image that they were made from"),
        (replace(CATALOG, clean_on_boot=None, persist_changes="OnLocal"), "keep the image that they were made from"),
        (
            replace(CATALOG, clean_on_boot=None, persist_changes=""),
            "the site does not tell whether its 1 machines ever take a new image",
        ),
    ],
)
def test_machines_that_never_take_a_new_image_do_not_prove_it(catalog: Catalog, told: str) -> None:
    found = figures([WELL], (), takes_image=catalog.machines_take_image)
    assert (found.registered, found.proven) == (1, 0)
    assert told in closed_because(catalog, "new", found, GateTerms())
    assert can_never_open(catalog, "new", found, GateTerms())
    assert closed_because(catalog, None, found, GateTerms()) == ""
    assert (
        closed_because(replace(catalog, clean_on_boot=None, persist_changes="Discard"), "new", seen(WELL), GateTerms())
        == ""
    )


NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
JUST_GIVEN = replace(CATALOG, image_date="2026-11-20T11:50:00Z")


def test_restarts_matter_while_the_image_is_new_or_they_were_ordered() -> None:
    given, ordered = (
        datetime(2026, 11, 20, 11, 50, tzinfo=timezone.utc),
        datetime(2026, 11, 20, 11, 55, tzinfo=timezone.utc),
    )
    assert restarts_since(JUST_GIVEN, NOW, 3600) == given
    assert restarts_since(JUST_GIVEN, NOW, 60) is None
    assert restarts_since(replace(JUST_GIVEN, clean_on_boot=False), NOW, 3600) is None
    assert restarts_since(CATALOG, NOW, 3600) is None
    assert restarts_since(CATALOG, NOW, 3600, ordered) == ordered
    assert restarts_since(JUST_GIVEN, NOW, 3600, ordered) == given


@pytest.mark.parametrize(
    ("facts", "doubted"),
    [
        ({}, True),
        ({"last_deregistration": "2026-11-20T11:51:00Z"}, False),
        ({"last_connection": "2026-11-20T11:52:00+00:00"}, False),
        ({"last_deregistration": "2026-11-19T22:00:00Z", "last_connection": "0001-01-01T00:00:00+00:00"}, True),
        ({"image_out_of_date": True}, False),
        ({"registration_state": "Unregistered"}, False),
    ],
)
def test_a_registration_proves_nothing_when_the_machine_may_have_died_since(
    facts: dict[str, Any], doubted: bool
) -> None:
    machine = replace(WELL, **facts)
    assert doubtful([machine], restarts_since(JUST_GIVEN, NOW, 3600)) == ([machine] if doubted else [])
    assert doubtful([machine], None) == []


def test_doubtful_machines_count_as_not_registered() -> None:
    found = figures([WELL, replace(WELL, id="2", name="CORP\\W11-2")], (), {"2"})
    assert (found.on, found.registered, found.proven, found.doubtful) == (2, 1, 1, ("CORP\\W11-2",))
    assert (
        "1 of 2 machines that are on are registered (1 more may be so only because their end was not noticed yet)"
        in closed_because(CATALOG, "new", found, GateTerms())
    )


def test_maintenance_mode_of_an_administrator_is_left_out_and_that_of_the_site_is_a_fault() -> None:
    parked = replace(
        WELL,
        maintenance_mode=True,
        registration_state="Unregistered",
        fault_state="Unregistered",
        maintenance_reason="Administrator",
    )
    assert closed_because(CATALOG, "new", seen(WELL, parked), GateTerms()) == ""
    given_up = replace(parked, maintenance_reason=GIVEN_UP)
    assert "1 machines are faulty that were not before (CORP\\W11-1)" in closed_because(
        CATALOG, "new", seen(WELL, given_up), GateTerms()
    )


def test_thresholds_are_exact() -> None:
    ten = [
        replace(WELL, image_out_of_date=number < 1, registration_state="Registered" if number else "Unregistered")
        for number in range(10)
    ]
    assert closed_because(CATALOG, "new", seen(*ten), GateTerms(90, 1, 10, 0)) == ""
    assert "9 of 10 machines that are on are registered, 91 % are wanted" in closed_because(
        CATALOG, "new", seen(*ten), GateTerms(91, 1, 10, 0)
    )
    assert "1 of 10 machines that are on still have the image before, 9 % may" in closed_because(
        CATALOG, "new", seen(*ten), GateTerms(90, 1, 9, 0)
    )


def test_the_image_counts_unless_none_is_asked_for() -> None:
    assert closed_because(CATALOG, "other", seen(WELL), GateTerms()) == "its image is 'new' and not 'other'"
    assert (
        closed_because(replace(CATALOG, master_image=None), "new", seen(WELL), GateTerms())
        == "its image is 'none' and not 'new'"
    )
    assert closed_because(CATALOG, None, seen(WELL), GateTerms()) == ""


def test_names_of_the_baseline_compare_without_case() -> None:
    faulty = replace(WELL, fault_state="StuckOnBoot")
    assert figures([faulty], ["corp\\w11-1"]).new_faults == ()


@pytest.mark.parametrize(
    "wrong", [{"registered_percent": 101}, {"out_of_date_percent": -1}, {"registered_at_least": -1}, {"new_faults": -1}]
)
def test_senseless_terms_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(Refusal, match=next(iter(wrong))):
        GateTerms(**wrong)


def test_percent_of_nothing_is_all() -> None:
    assert (percent(2, 3), percent(0, 0)) == (66, 100)
