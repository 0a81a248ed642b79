# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import (
    Catalog,
    Selector,
    find_catalog,
    folder_levels,
    folder_of,
)

LEVEL = st.text(alphabet=st.characters(exclude_characters="/\\|", exclude_categories=("Cs",)), min_size=1, max_size=8)
NAME = st.text(min_size=1, max_size=12)


def catalog(name: str, *folder: str) -> Catalog:
    return Catalog(id=f"id-{'/'.join((*folder, name))}", name=name, full_name="/".join((*folder, name)), folder=folder)


SITE = [
    catalog("W11"),
    catalog("W11", "Prod"),
    catalog("W11", "Prod", "Süd"),
    catalog("Büro #1 %", "Prod"),
    catalog("デスク", "東京"),
]


@pytest.mark.parametrize(
    ("selector", "index"),
    [
        (Selector("W11", ""), 0),
        (Selector("W11", "/"), 0),
        (Selector("w11", "prod"), 1),
        (Selector("W11", "Prod/Süd"), 2),
        (Selector("W11", "Prod|SÜD"), 2),
        (Selector("W11", "\\Prod\\Süd\\"), 2),
        (Selector("Büro #1 %"), 3),
        (Selector("デスク"), 4),
        (Selector(id="ID-W11"), 0),
    ],
)
def test_found(selector: Selector, index: int) -> None:
    assert find_catalog(selector, SITE) is SITE[index]


def test_one_name_in_several_folders_is_refused_with_all_full_names() -> None:
    with pytest.raises(
        Refusal, match=r"3 catalogs are called 'W11': 'Prod/Süd/W11' .*'Prod/W11' .*'W11' .*Give folder or id"
    ):
        find_catalog(Selector("W11"), SITE)


@pytest.mark.parametrize(
    ("selector", "told"),
    [
        (Selector("W1"), "there is no catalog 'W1'. Near names are 'W11'"),
        (Selector("W11", "Prd"), "there is no catalog 'W11' in folder 'Prd'. Near names are 'Prod/W11'"),
        (Selector(id="id-W12"), "there is no catalog with id id-W12. Near names are 'id-W11'"),
        (Selector("nothing alike"), "there is no catalog 'nothing alike'"),
    ],
)
def test_not_found(selector: Selector, told: str) -> None:
    with pytest.raises(Refusal) as raised:
        find_catalog(selector, SITE)
    assert str(raised.value).startswith(told)


@given(st.lists(LEVEL, max_size=3), NAME, st.sampled_from("/\\|"))
def test_the_folder_is_read_from_the_full_name_in_any_notation(levels: list[str], name: str, separator: str) -> None:
    full_name = separator.join([*levels, name])
    assert folder_of(name, full_name, "wrong") == tuple(levels)


@pytest.mark.parametrize(
    ("full_name", "admin_folder"), [("", "Prod\\Süd\\"), ("another form", "Prod/Süd"), ("", "Prod|Süd")]
)
def test_the_admin_folder_counts_where_the_full_name_does_not_end_with_the_name(
    full_name: str, admin_folder: str
) -> None:
    assert folder_of("W11", full_name, admin_folder) == ("Prod", "Süd")


@given(st.lists(LEVEL, max_size=4))
def test_folder_levels_do_not_depend_on_the_separator(levels: list[str]) -> None:
    assert (
        folder_levels("/".join(levels))
        == folder_levels("|".join(levels))
        == folder_levels("\\".join(levels))
        == tuple(levels)
    )


@given(
    st.lists(
        st.tuples(st.lists(LEVEL, max_size=2), NAME),
        min_size=1,
        max_size=8,
        unique_by=lambda entry: ("/".join(entry[0]) + "/" + entry[1]).casefold(),
    )
)
def test_folder_and_name_find_exactly_one(entries: list[tuple[list[str], str]]) -> None:
    catalogs = [catalog(name, *folder) for folder, name in entries]
    for wanted in catalogs:
        assert find_catalog(Selector(wanted.name, "/".join(wanted.folder)), catalogs) is wanted
