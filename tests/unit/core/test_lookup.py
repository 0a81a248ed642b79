# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import (
    all_of,
    by_key,
    find_named,
    repeated,
    with_keys,
    without_keys,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.zone import Zone

ZONES = [Zone("1", "Primary"), Zone("2", "Zürich"), Zone("3", "zürich"), Zone("4", "2")]


def test_by_name_or_id_without_case() -> None:
    assert find_named("zone", "PRIMARY", ZONES) == ZONES[0]
    assert find_named("zone", "3", ZONES) == ZONES[2]
    assert find_named("zone", "2", ZONES) == ZONES[1]


def test_none_and_several_are_errors_that_help() -> None:
    with pytest.raises(Refusal, match=r"there is no zone 'Primar'\. Near names are 'Primary'\."):
        find_named("zone", "Primar", ZONES)
    with pytest.raises(Refusal, match=r"2 zones are called 'ZÜRICH': 'Zürich' \(2\), 'zürich' \(3\). Give the id"):
        find_named("zone", "ZÜRICH", ZONES)


@given(st.text(), st.lists(st.builds(Zone, st.text(min_size=1), st.text()), unique_by=lambda zone: zone.id.casefold()))
def test_whole_names_or_nothing(wanted: str, known: list[Zone]) -> None:
    try:
        found = find_named("zone", wanted, known)
    except Refusal:
        return
    assert wanted.casefold() in (found.id.casefold(), found.name.casefold())


def test_lists_of_several_results_are_one() -> None:
    results = [{"timeline": [1, 2]}, {}, {"timeline": None}, {"timeline": [2]}]
    assert all_of(results, "timeline") == [1, 2, 2]
    assert results[0] == {"timeline": [1, 2]}
    assert all_of([], "timeline") == []


def test_the_last_row_of_a_key_counts() -> None:
    assert by_key([{"id": 1, "a": 1}, {"id": 2}, {"id": 1, "a": 2}], "id") == {1: {"id": 1, "a": 2}, 2: {"id": 2}}


def test_keys_that_are_there_with_falsy_values_stay() -> None:
    assert with_keys({"a": None, "b": 0}, ("a", "c")) == {"a": None}
    assert without_keys({"a": None, "b": 0}, ("a", "c")) == {"b": 0}


def test_what_occurs_more_than_once_is_told_once_in_order() -> None:
    assert repeated(["b", "a", "b", "a", "b", "c"]) == ["b", "a"]
