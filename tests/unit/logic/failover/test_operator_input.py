# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.wishes import catalogs, names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.operator_input import wrong_wishes

CLUSTERS = ["cluster-a", "cluster-b"]
GOOD = {
    "dr_id": "2026-11-20",
    "dr_mode": "planned",
    "dr_source": "cluster-a",
    "dr_target": "cluster-b",
    "dr_protection_domains": ["PD-W11"],
}


def wrong(taking_part: list[str] | None = None, **wishes: Any) -> list[str]:
    return wrong_wishes({**GOOD, **wishes}, CLUSTERS, CLUSTERS if taking_part is None else taking_part)


def test_nothing_is_wrong() -> None:
    assert wrong() == []
    assert wrong(dr_id=20261120) == []
    assert wrong(dr_protection_domains="PD-W11, PD-W10") == []
    assert wrong_wishes({"dr_id": "x"}, [], []) == []


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"dr_id": ""}, "dr_id is missing"),
        ({"dr_id": None}, "dr_id is missing"),
        ({"dr_id": "../a b"}, "dr_id is '../a b' and cannot name files"),
        ({"dr_mode": "Planned"}, "dr_mode is 'Planned' and must be planned or unplanned."),
        (
            {"dr_target": ""},
            (
                "dr_target is missing: the inventory host of the cluster that takes over. There are 'cluster-a',"
                " 'cluster-b'."
            ),
        ),
        (
            {"dr_target": "cluster-z"},
            (
                "dr_target is 'cluster-z', which is no host of the group prism_elements. There are 'cluster-a',"
                " 'cluster-b'."
            ),
        ),
        ({"dr_target": "cluster-a"}, "dr_source and dr_target are both cluster-a"),
        ({"dr_protection_domains": " "}, "dr_protection_domains is missing"),
        ({"dr_protection_domains": []}, "dr_protection_domains is missing"),
        ({"dr_discard": "PD-W12"}, "dr_discard names 'PD-W12', and dr_protection_domains are 'PD-W11'."),
        (
            {"dr_failover_discard": ["PD-W11"], "dr_mode": "unplanned"},
            "before a planned move, and dr_mode is unplanned",
        ),
    ],
)
def test_one_thing_is_wrong(wishes: dict[str, Any], told: str) -> None:
    (sentence,) = wrong(**wishes)
    assert told in sentence


def test_a_lost_source_need_not_take_part_but_the_target_must() -> None:
    assert wrong(["cluster-b"], dr_mode="unplanned") == []
    assert "cluster-a must take part" in wrong(["cluster-b"])[0]
    assert "cluster-b must take part" in wrong(["cluster-a"], dr_mode="unplanned")[0]


def test_everything_is_told_at_once() -> None:
    assert len(wrong(dr_id="", dr_mode="", dr_source="", dr_target="", dr_protection_domains="")) == 5


NAMES = st.lists(st.text("abcPD-19_. ", min_size=1).map(str.strip).filter(bool))


@given(NAMES)
def test_names_may_come_as_text(listed: list[str]) -> None:
    assert names(listed) == names(", ".join(listed)) == names("\n".join(listed)) == listed


def test_catalogs_may_be_bare_names() -> None:
    assert catalogs(["W11", {"name": "W10", "folder": "Prod"}]) == [{"name": "W11"}, {"name": "W10", "folder": "Prod"}]
    assert catalogs("W11, W10") == [{"name": "W11"}, {"name": "W10"}]
    assert catalogs({"id": "1"}) == [{"id": "1"}]
    assert catalogs(None) == []
