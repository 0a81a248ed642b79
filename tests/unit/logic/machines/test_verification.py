# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.verification import (
    VerificationTerms,
    Wanted,
    doubtful,
    evidence,
    figures,
    only_lost,
    unproven_because,
    wanted_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine

WELL = Machine(
    "1",
    "CORP\\M-1",
    "",
    "W11",
    "c1",
    "Group",
    "Manual",
    "On",
    "Registered",
    "None",
    False,
    False,
    "uuid",
    "",
    "conn-b",
    "",
    0,
    "None",
)
OFF = replace(WELL, power_state="Off", registration_state="Unregistered")
LAX = VerificationTerms(0, 0, 0)

machines = st.lists(
    st.builds(
        replace,
        st.just(WELL),
        id=st.text(min_size=1, max_size=3),
        power_state=st.sampled_from(
            [
                "On",
                "Off",
                "TurningOn",
                "Suspended",
                "Unknown",
                "Unavailable",
                "",
                "VirtualMachineNotFound",
                "Unmanaged",
                "Later",
            ]
        ),
        registration_state=st.sampled_from(["Registered", "Unregistered", "Initializing", "AgentError", ""]),
        hosted_machine_id=st.sampled_from(["uuid", "UUID", "other", ""]),
        hypervisor_connection=st.sampled_from(["conn-b", "CONN-B", "conn-a", ""]),
    ),
    max_size=12,
    unique_by=lambda machine: machine.id,
)
terms = st.builds(VerificationTerms, st.integers(0, 100), st.integers(0, 12), st.integers(0, 100))


def wanted(machine: Machine, **other: str) -> Wanted:
    return replace(Wanted(machine.id, machine.name, machine.catalog, machine.catalog_id, "uuid", "conn-b"), **other)


def seen(*some: Machine):  # type: ignore[no-untyped-def]
    numbered = [replace(machine, id=str(number)) for number, machine in enumerate(some)]
    return evidence([wanted(machine) for machine in numbered], {machine.id: machine for machine in numbered})


@given(machines, st.integers(0, 12))
def test_figures_fit_together(some: list[Machine], gone: int) -> None:
    present = {machine.id: machine for machine in some[gone:]}
    found = evidence([wanted(machine) for machine in some], present)
    counted = figures(found)
    assert counted["machines"] == len(some) == len(present) + counted["gone"]
    assert counted["on"] + counted["off"] + counted["power_unknown"] + counted["vm_not_found"] == len(present)
    assert counted["registered"] + counted["unregistered"] + counted["doubtful"] == counted["on"]


@given(machines, terms)
def test_more_demanding_terms_never_prove_more(some: list[Machine], given_terms: VerificationTerms) -> None:
    found = seen(*some)
    if unproven_because(found, given_terms):
        assert unproven_because(found, VerificationTerms(100, given_terms.registered_at_least + 1, 100))


@given(machines, terms)
def test_proven_means_that_nothing_is_wrong(some: list[Machine], given_terms: VerificationTerms) -> None:
    found = seen(*some)
    if not unproven_because(found, given_terms):
        assert (found.wrong_hosting, found.power_unknown, found.vm_not_found) == ((), (), ())
        assert found.registered >= min(given_terms.registered_at_least, len(some))
    if found.complete:
        assert unproven_because(found, VerificationTerms(100, len(some), 100)) == ""


def test_hosting_compares_without_case_and_both_parts_count() -> None:
    assert (
        unproven_because(
            seen(replace(WELL, hosted_machine_id="UUID", hypervisor_connection="Conn-B")), VerificationTerms()
        )
        == ""
    )
    for wrong in (
        replace(WELL, hosted_machine_id="uuid2"),
        replace(WELL, hypervisor_connection="conn-a"),
        replace(WELL, hosted_machine_id=""),
    ):
        assert unproven_because(seen(wrong), LAX) == "1 of 1 machines do not have the expected hosting (CORP\\M-1)"


def test_an_id_that_is_not_known_yet_is_not_compared() -> None:
    assert unproven_because(evidence([wanted(WELL, hosted_machine_id="")], {"1": WELL}), VerificationTerms()) == ""


def test_machines_that_are_off_prove_nothing_unless_the_terms_allow() -> None:
    assert (
        unproven_because(seen(OFF, OFF), VerificationTerms())
        == "0 machines are registered, at least 1 must be to verify anything"
    )
    assert unproven_because(seen(OFF, OFF), VerificationTerms(registered_at_least=0)) == ""
    assert unproven_because(seen(OFF, WELL), VerificationTerms()) == ""
    assert (
        unproven_because(seen(OFF, WELL), VerificationTerms(powered_on_percent=51))
        == "1 of 2 machines are on, 51 % are wanted"
    )


def test_an_empty_set_needs_no_proof_and_one_that_is_gone_has_none() -> None:
    assert unproven_because(seen(), VerificationTerms()) == ""
    assert unproven_because(evidence([wanted(WELL)], {}), LAX) == "all 1 machines are gone"


def test_thresholds_are_exact() -> None:
    ten = [replace(WELL, registration_state="Registered" if number else "Initializing") for number in range(10)]
    assert unproven_because(seen(*ten), VerificationTerms(90)) == ""
    assert (
        unproven_because(seen(*ten), VerificationTerms(91))
        == "9 of 10 machines that are on are registered, 91 % are wanted (not CORP\\M-1)"
    )


@pytest.mark.parametrize(
    "wrong", [{"registered_percent": 101}, {"powered_on_percent": -1}, {"registered_at_least": -1}]
)
def test_senseless_terms_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(Refusal, match=next(iter(wrong))):
        VerificationTerms(**wrong)


def test_entries_need_what_a_proof_needs() -> None:
    entry = {
        "id": "1",
        "name": "n",
        "catalog_id": "c",
        "hosted_machine_id": None,
        "hypervisor_connection": "conn",
        "action": "right",
    }
    assert wanted_of(entry) == Wanted("1", "n", "", "c", "", "conn")
    with pytest.raises(Refusal, match="lacks id, hypervisor_connection"):
        wanted_of({**entry, "id": "", "hypervisor_connection": None})


@pytest.mark.parametrize("state", ["Unmanaged", "NotSupported"])
def test_a_machine_that_the_site_does_not_manage_proves_nothing(state: str) -> None:
    found = seen(WELL, replace(WELL, power_state=state))
    assert "1 of 2 machines have a power state that is not known" in unproven_because(found, LAX)
    assert found.off == ()


NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
MOVED = replace(WELL, hosting_updated="2026-11-20T12:00:00Z")


@pytest.mark.parametrize(
    ("machine", "was_down", "minute", "lag", "expected"),
    [
        (MOVED, False, 1, 600, True),
        (MOVED, False, 10, 600, False),  # would have been missed by now
        (MOVED, False, None, 600, True),  # nobody knows how late it is
        (MOVED, True, 1, 600, False),  # registered since
        (MOVED, False, 1, 0, False),  # taken at its word
        (replace(MOVED, registration_state="Unregistered"), False, 1, 600, False),
        (replace(MOVED, last_deregistration="2026-11-20T12:00:30Z"), False, 1, 600, False),
        (replace(MOVED, last_deregistration="2026-11-20T11:59:30Z"), False, 1, 600, True),
        (replace(MOVED, last_connection="2026-11-20T12:00:30Z"), False, 1, 600, True),  # perhaps an attempt that failed
        (replace(WELL, hosting_updated="0001-01-01T00:00:00+00:00"), False, 1, 600, True),
        (replace(WELL, hosting_updated=""), False, 9, 600, True),
        (replace(WELL, hosting_updated=""), False, 10, 600, False),  # as long since the first look
    ],
)
def test_whose_registration_proves_nothing(
    machine: Machine, was_down: bool, minute: int | None, lag: int, expected: bool
) -> None:
    now = None if minute is None else NOON.replace(minute=minute)
    entry = replace(wanted(machine), was_down=was_down)
    assert doubtful([entry], {machine.id: machine}, lag, now, NOON) == ({machine.id} if expected else set())


def test_what_is_doubted_does_not_count_as_registered() -> None:
    found = evidence([wanted(MOVED)], {"1": MOVED}, {"1"})
    assert (found.registered, found.complete, figures(found)["doubtful"]) == (0, False, 1)
    assert (
        "1 machines may have died while the site still reports them as registered, up to 600 s after the move"
        in unproven_because(found, VerificationTerms())
    )
    assert unproven_because(found, LAX) == ""


@pytest.mark.parametrize(
    ("action", "state", "expected"),
    [
        ("changed", "Unregistered", True),
        ("changed", "Registered", False),
        ("changed", "", False),
        ("right", "Unregistered", False),
    ],
)
def test_only_who_was_moved_while_it_was_down_was_down(action: str, state: str, expected: bool) -> None:
    given = {
        "id": "1",
        "name": "M",
        "catalog_id": "c",
        "hypervisor_connection": "b",
        "action": action,
        "registration_state": state,
    }
    assert wanted_of(given).was_down is expected


def test_only_vms_that_the_hypervisor_does_not_know_are_missing() -> None:
    lost = replace(WELL, power_state="VirtualMachineNotFound", registration_state="Unregistered")
    late = replace(WELL, registration_state="Unregistered")
    strict = VerificationTerms(100, 1, 0, heartbeat_lag=0)
    assert only_lost(seen(WELL, lost), strict)
    assert only_lost(seen(lost, lost), strict)
    assert not only_lost(seen(WELL, WELL), strict)
    assert not only_lost(seen(late, lost), strict)
