# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names in sentences."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, right_name, shortened


def test_near_names_are_named_in_their_own_spelling() -> None:
    assert near_names("gold", ["Gold", "GOLD", "Silver"]) == "Near names are 'GOLD', 'Gold'."
    assert near_names("PD-Glod", ["PD-Gold", "Backup", "x", "y", "z", "w"]) == "Near names are 'PD-Gold'."


def test_a_handful_of_others_is_named_whole() -> None:
    assert near_names("xyz", ["Gold", "Silver"]) == "There is only 'Gold', 'Silver'."
    assert near_names("xyz", [f"Desktop {n}" for n in range(6)]) == ""
    assert near_names("xyz", []) == ""


def test_a_name_that_is_not_there_is_never_left_without_advice() -> None:
    assert right_name("gold", ["Gold"]) == "Near names are 'Gold'."
    assert "None of the 6 names" in right_name("xyz", [f"Desktop {n}" for n in range(6)])
    assert "none at all" in right_name("xyz", iter(()))


@given(st.text(max_size=10), st.lists(st.text(max_size=10), max_size=8))
def test_any_text_will_do(wanted: str, existing: list[str]) -> None:
    assert isinstance(near_names(wanted, existing), str)


def test_a_list_that_fits_is_whole() -> None:
    assert shortened("abcd", most=3) == "a, b, c and 1 more"
    assert shortened(["a"]) == "a"


@given(st.lists(st.text(min_size=1), max_size=30))
def test_a_long_list_is_shortened_but_counted(texts: list[str]) -> None:
    told = shortened(texts)
    assert told.endswith(f" and {len(texts) - 10} more") or told == ", ".join(texts)
