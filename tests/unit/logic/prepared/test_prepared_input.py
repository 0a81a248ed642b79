# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.operator_input import (
    wrong_definitions,
    wrong_release,
    wrong_retirement,
)

W11 = {"name": "W11", "hosting_unit": "ws-a", "image": "gold-1"}


@pytest.mark.parametrize(
    ("release", "words"), [("", "is missing"), (None, "is missing"), ("a/b", "is no release id"), ("2026.11-1", "")]
)
def test_release_ids(release: Any, words: str) -> None:
    assert words in " ".join(wrong_release(release))
    assert bool(wrong_release(release)) == bool(words)


@pytest.mark.parametrize(
    ("definitions", "catalogs", "words"),
    [
        ([], [], "No site of the group citrix_sites names an image definition"),
        ([{"name": "W11", "hosting_unit": "ws-a"}], [], "'W11' lacks image."),
        ([W11, {**W11, "name": "w11"}], [], "names the image definition 'w11' 2 times"),
        ([W11], [{"name": "A", "definition": "W1"}], "gives 'A' the definition 'W1', which is not in"),
        ([W11, {**W11, "name": "W10"}], [{"name": "A"}], "does not say which definition 'A' is for"),
        ([W11], [{"name": "A"}, {"name": "B", "definition": "w11"}], ""),
    ],
)
def test_definitions_and_their_catalogs(
    definitions: list[dict[str, Any]], catalogs: list[dict[str, Any]], words: str
) -> None:
    wrong = wrong_definitions({"daas": definitions}, {"daas": catalogs})
    assert words in " ".join(wrong)
    assert bool(wrong) == bool(words)


def test_a_site_with_catalogs_and_no_definition() -> None:
    (wrong,) = wrong_definitions({"daas": [W11], "cvad": []}, {"cvad": [{"name": "A"}]})
    assert "prepared_image_release_catalogs of cvad does not say which definition 'A' is for" in wrong
    assert "has none in" in wrong


def test_whose_versions_may_go_is_said() -> None:
    assert wrong_retirement({"daas": ["W11"], "cvad": []}) == []
    assert "give prepared_image_retire_definitions" in wrong_retirement({"daas": []})[0]
