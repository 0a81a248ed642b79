# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.maintenance import (
    Notes,
    Saved,
    drained_by,
    likely_drained,
    read_saved,
    saved_as,
    saved_text,
    to_drain,
    to_release,
    words_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, Occupied

MACHINE = Machine(
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
    "conn",
    "",
    0,
    "None",
)
machines = st.lists(
    st.builds(
        replace,
        st.just(MACHINE),
        id=st.text(min_size=1),
        delivery_group=st.sampled_from(["", "Group"]),
        maintenance_mode=st.booleans(),
    ),
    unique_by=lambda machine: machine.id,
)
records = st.lists(st.builds(Saved, *[st.text()] * 4), unique_by=lambda entry: entry.id)


@given(machines)
def test_draining_twice_drains_nothing_more(some: list[Machine]) -> None:
    drained = {machine.id for machine in to_drain(some)}
    after = [replace(machine, maintenance_mode=machine.maintenance_mode or machine.id in drained) for machine in some]
    assert to_drain(after) == []
    assert all(machine.delivery_group and not machine.maintenance_mode for machine in to_drain(some))


@given(machines)
def test_releasing_what_was_drained_restores_what_was(some: list[Machine]) -> None:
    saved = {machine.id: saved_as(machine) for machine in to_drain(some)}
    drained = [replace(machine, maintenance_mode=machine.maintenance_mode or machine.id in saved) for machine in some]
    released = {machine.id for machine in to_release(drained, saved)}
    assert [
        replace(machine, maintenance_mode=machine.maintenance_mode and machine.id not in released)
        for machine in drained
    ] == some


@given(machines)
def test_a_release_without_a_file_leaves_none_in(some: list[Machine]) -> None:
    assert to_release(some, None) == [machine for machine in some if machine.maintenance_mode]


@given(records, records, st.text(), st.text())
def test_a_file_is_read_as_it_was_written(
    drained: list[Saved], already: list[Saved], site_id: str, site_name: str
) -> None:
    notes = Notes({entry.id: entry for entry in drained}, {entry.id: entry for entry in already})
    assert read_saved(saved_text(site_id, site_name, notes), site_id) == notes


def test_a_file_of_an_older_version_tells_who_was_drained_only() -> None:
    notes = Notes({"1": Saved("1", "CORP\\M-1", "W11", "c1")})
    text = json.dumps(
        {key: value for key, value in json.loads(saved_text("s", "site", notes)).items() if key != "already"}
    )
    assert read_saved(text, "s") == notes


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ([], "no list of drained machines"),
        ({"format": 2, "drained": []}, "no list of drained machines"),
        ({"format": 1, "site": {"id": "2", "name": "other"}, "drained": []}, r"belongs to the site 'other' \(2\)"),
        ({"format": 1, "drained": []}, "belongs to the site"),
        ({"format": 1, "site": {"id": "1"}, "drained": [{"id": "1"}]}, "an entry of it is not complete"),
        ({"format": 1, "site": {"id": "1"}, "drained": ["x"]}, "an entry of it is not complete"),
        (
            {"format": 1, "site": {"id": "1"}, "drained": [{"id": 1, "name": "", "catalog": "", "catalog_id": ""}]},
            "1 is no text",
        ),
    ],
)
def test_files_of_another_kind_are_refused(body: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_saved(json.dumps(body), "1")


def test_words() -> None:
    assert str(Occupied("PC1", 1, "anna", "Active")) == "PC1 (anna, Active)"
    assert str(Occupied("PC1", 3, "", "Disconnected")) == "PC1 (Disconnected, 3 sessions)"
    assert words_for([Occupied("PC1", 1), Occupied("PC2", 1)], most=1) == "PC1 (1 session) and 1 more"


def test_machines_in_maintenance_mode_because_of_another_drain() -> None:
    drained = replace(MACHINE, maintenance_mode=True)
    notes = Notes({"1": saved_as(MACHINE)})
    assert drained_by([drained, replace(drained, id="2")], notes) == [drained]
    assert drained_by([MACHINE], notes) == []


@pytest.mark.parametrize(("drained", "others", "likely"), [(0, 0, 0), (0, 3, 0), (1, 2, 0), (1, 1, 1), (3, 0, 3)])
def test_half_of_the_machines_in_maintenance_mode_were_likely_drained(drained: int, others: int, likely: int) -> None:
    without_group = replace(MACHINE, maintenance_mode=True, delivery_group="")
    machines = [replace(MACHINE, maintenance_mode=True)] * drained + [MACHINE] * others + [without_group]
    assert len(likely_drained(machines)) == likely
