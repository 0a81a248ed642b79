# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import HostingUnit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import (
    MasterImage,
    find_image,
    folder_below,
    image_name,
    is_path,
    same_path,
)

UNIT = "XDHyp:\\HostingUnits\\AHV 01"
SNAPSHOTS = HostingUnit("u", "AHV 01", UNIT, "c", "conn", "AcropolisFactory")
VERSIONS = replace(SNAPSHOTS, plugin="AcropolisHypervisorPCFactory")
AWKWARD = [
    "W11.2026-11",
    "a b",
    'O\'Brien "x"',
    "100%#1",
    "back\\slash",
    "sl/ash",
    "Größe",
    "黄金镜像",
    "x.template",
    "pipe|d",
]


def visible(*names: str) -> list[MasterImage]:
    return [MasterImage(name, SNAPSHOTS.path_of(name), "Template", f"id-{number}") for number, name in enumerate(names)]


@pytest.mark.parametrize("name", AWKWARD)
def test_every_name_is_found_whole(name: str) -> None:
    assert find_image(name, "AHV 01", visible(*AWKWARD)).name == name
    assert find_image(SNAPSHOTS.path_of(name), "AHV 01", visible(*AWKWARD)).name == name


@given(st.text(min_size=1), st.text(min_size=1))
def test_only_the_exact_name_is_found(wanted: str, other: str) -> None:
    found = find_image(wanted, "u", visible(wanted, *([other] if other != wanted else [])))
    assert found.name == wanted


def test_missing_image_tells_near_names() -> None:
    with pytest.raises(
        Refusal, match=r"shows no image 'ctx_Gold_2026\.11\.20-1'\. Near names are 'ctx_Gold_2026\.11\.20-2'"
    ):
        find_image(
            "ctx_Gold_2026.11.20-1",
            "AHV 01",
            visible("ctx_Gold_2026.11.20-2", "something else", "ab", "cd", "ef", "gh"),
        )


def test_another_case_is_another_image() -> None:
    with pytest.raises(Refusal, match=r"Near names are 'Gold'|only 'Gold'"):
        find_image("GOLD", "AHV 01", visible("Gold"))


def test_two_images_of_one_name_are_refused_with_both_ids() -> None:
    with pytest.raises(Refusal, match=r"2 images 'Gold'.*id-0, id-1"):
        find_image("Gold", "AHV 01", visible("Gold", "Gold"))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{UNIT}\\W11.2026-11.template", "W11.2026-11"),
        (f"{UNIT}\\gold.vm\\W11.snapshot", "W11"),
        (f"{UNIT}\\Templates.folder\\W11.template\\Initial Version.templateversion", "W11"),
        (f"{UNIT}\\bare", "bare"),
        ("", ""),
    ],
)
def test_image_name(path: str, name: str) -> None:
    assert image_name(path) == name


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        (f"{UNIT}\\W11.template", ""),
        (f"{UNIT}\\gold.vm\\W11.snapshot", "gold.vm"),
        (f"{UNIT.upper()}\\Templates.folder\\W11.template\\v1.templateversion", "Templates.folder\\W11.template"),
        ("XDHyp:\\HostingUnits\\Other\\gold.vm\\W11.snapshot", ""),
    ],
)
def test_folder_below(path: str, folder: str) -> None:
    assert folder_below(UNIT, path) == folder


def test_paths_compare_without_case_and_empty_ones_never() -> None:
    assert same_path(f"{UNIT}\\Gold.template", f"{UNIT}\\GOLD.TEMPLATE")
    assert not same_path("", "")
    assert is_path("xdhyp:\\HostingUnits\\x")
    assert not is_path("Gold")


def test_images_that_differ_in_case_only_cannot_be_told_apart() -> None:
    with pytest.raises(Refusal, match=r"'Gold_rc1'.*'Gold_RC1'.*differ in case only"):
        find_image("Gold_rc1", "AHV 01", visible("Gold_RC1", "Gold_rc1", "Gold_rc2"))


@pytest.mark.parametrize(
    ("below", "name", "is_it"),
    [
        ("Templates.folder\\r1.template\\r1.templateversion", "r1", True),
        ("Templates.folder\\long-lived.template\\r1.templateversion", "r1", True),
        ("Templates.folder\\r1.template\\Initial Version.templateversion", "r1", True),
        ("Templates.folder\\r1.template\\by hand.templateversion", "r1", False),
        ("Templates.folder\\R1.template\\R1.templateversion", "r1", False),
        ("r1.template", "r1", False),
    ],
)
def test_a_version_of_a_template_is_called_by_its_own_name_or_as_the_first_by_the_templates(
    below: str, name: str, is_it: bool
) -> None:
    assert VERSIONS.is_at(f"{UNIT}\\{below}", name) is is_it
    assert VERSIONS.is_at(f"{UNIT}\\{below}", f"{UNIT}\\{below}".upper())
