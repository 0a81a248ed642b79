# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.catalogs import Catalog, HostingUnit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.gate import GIVEN_UP, Figures, Terms, closed_because, figures, percent, shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.image_paths import MasterImage
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines import Machine

UNIT = HostingUnit("u1", "AHV-A", "XDHyp:\\HostingUnits\\AHV-A", "c1", "conn-a")
CATALOG = Catalog("1", "W11", "W11", hosting_unit=UNIT, master_image=MasterImage("new", "XDHyp:\\HostingUnits\\AHV-A\\new.template"))
WELL = Machine("1", "CORP\\W11-1", "", "W11", "1", "", "MCS", "On", "Registered", "None", False, False, "", "", "", "", 0, "None")

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
terms = st.builds(Terms, st.integers(0, 100), st.integers(0, 12), st.integers(0, 100), st.integers(0, 12))


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
def test_more_demanding_terms_never_open_a_gate(some: list[Machine], lax: Terms) -> None:
    strict = Terms(100, lax.registered_at_least + 1, 0, 0)
    found = figures(some, ())
    if closed_because(CATALOG, "new", found, lax):
        assert closed_because(CATALOG, "new", found, strict)


@given(machines)
def test_no_terms_no_obstacle(some: list[Machine]) -> None:
    assert closed_because(CATALOG, "new", figures(some, ()), Terms(0, 0, 100, len(some))) == ""


def test_a_restart_under_way_keeps_the_gate_closed() -> None:
    restarting = replace(WELL, power_state="TurningOn", registration_state="Unregistered")
    assert "0 of 1 machines that are on are registered" in closed_because(CATALOG, "new", seen(restarting), Terms())
    between = replace(WELL, power_state="Off", registration_state="Unregistered", scheduled_reboot="InProgress")
    assert seen(between).on == 1


def test_machines_that_are_off_prove_nothing() -> None:
    off = replace(WELL, power_state="Off", registration_state="Unregistered", image_out_of_date=True)
    assert closed_because(CATALOG, "new", seen(off), Terms()) == "0 machines are registered, at least 1 must be to prove anything"
    assert closed_because(CATALOG, "new", seen(off), Terms(registered_at_least=0)) == ""
    assert closed_because(CATALOG, "new", seen(), Terms(registered_at_least=5)) == ""
    assert closed_because(CATALOG, "new", seen(WELL, off), Terms()) == ""


def test_maintenance_mode_of_an_administrator_is_left_out_and_that_of_the_site_is_a_fault() -> None:
    parked = replace(WELL, maintenance_mode=True, registration_state="Unregistered", fault_state="Unregistered", maintenance_reason="Administrator")
    assert closed_because(CATALOG, "new", seen(WELL, parked), Terms()) == ""
    given_up = replace(parked, maintenance_reason=GIVEN_UP)
    assert "1 machines are faulty that were not before (CORP\\W11-1)" in closed_because(CATALOG, "new", seen(WELL, given_up), Terms())


def test_thresholds_are_exact() -> None:
    ten = [replace(WELL, image_out_of_date=number < 1, registration_state="Registered" if number else "Unregistered") for number in range(10)]
    assert closed_because(CATALOG, "new", seen(*ten), Terms(90, 1, 10, 0)) == ""
    assert "9 of 10 machines that are on are registered, 91 % are wanted" in closed_because(CATALOG, "new", seen(*ten), Terms(91, 1, 10, 0))
    assert "1 of 10 machines that are on still have the image before, 9 % may" in closed_because(CATALOG, "new", seen(*ten), Terms(90, 1, 9, 0))


def test_the_image_counts_unless_none_is_asked_for() -> None:
    assert closed_because(CATALOG, "other", seen(WELL), Terms()) == "its image is 'new' and not 'other'"
    assert closed_because(replace(CATALOG, master_image=None), "new", seen(WELL), Terms()) == "its image is 'none' and not 'new'"
    assert closed_because(CATALOG, None, seen(WELL), Terms()) == ""


def test_names_of_the_baseline_compare_without_case() -> None:
    faulty = replace(WELL, fault_state="StuckOnBoot")
    assert figures([faulty], ["corp\\w11-1"]).new_faults == ()


@pytest.mark.parametrize("wrong", [{"registered_percent": 101}, {"out_of_date_percent": -1}, {"registered_at_least": -1}, {"new_faults": -1}])
def test_senseless_terms_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Terms(**wrong)


def test_words() -> None:
    assert (percent(2, 3), percent(0, 0)) == (66, 100)
    assert shortened("abcd") == "a, b, c and 1 more"
    assert shortened(["a"]) == "a"
