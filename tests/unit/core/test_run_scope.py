# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.run_scope import (
    facts_of_hosts,
    value_of_each,
)

SCOPE = {"image": "ctx_Gold_2", "run": "2026-11-20T23:33:00.125Z"}
UNHEARD = {"state": "not asked"}


@pytest.mark.parametrize(
    ("fact", "counts"),
    [
        ({"scope": dict(SCOPE), "state": "made"}, True),
        ({"scope": {**SCOPE, "image": "ctx_Gold_1"}, "state": "made"}, False),
        ({"scope": {**SCOPE, "run": "2026-11-20T22:00:00.000Z"}, "state": "made"}, False),
        ({"state": "made"}, False),
        ({}, False),
        ("text", False),
        (None, False),
    ],
)
def test_only_what_was_said_in_this_run_and_for_this_image_counts(fact: Any, counts: bool) -> None:
    hostvars = {"cluster-a": {"answer": fact}, "cluster-b": {}, "other": {"answer": {"scope": SCOPE}}}
    assert facts_of_hosts(hostvars, ["cluster-a", "cluster-b"], "answer", SCOPE, UNHEARD) == {
        "cluster-a": fact if counts else UNHEARD,
        "cluster-b": UNHEARD,
    }


def test_without_a_scope_what_is_empty_was_not_said() -> None:
    hostvars = {"a": {"answer": {"state": "made"}}, "b": {"answer": {}}, "c": {}}
    told = facts_of_hosts(hostvars, ["a", "b", "c"], "answer", None, UNHEARD)
    assert told == {"a": {"state": "made"}, "b": UNHEARD, "c": UNHEARD}


def test_of_several_facts_the_first_counts_that_was_said() -> None:
    said, before = {"scope": SCOPE, "state": "made"}, {"scope": "earlier"}
    hostvars = {"a": {"trouble": before, "answer": said}, "b": {"trouble": said}, "c": {}}
    told = facts_of_hosts(hostvars, ["a", "b", "c"], ["trouble", "answer"], SCOPE, UNHEARD)
    assert told == {"a": said, "b": said, "c": UNHEARD}


def test_one_value_of_each_fact() -> None:
    facts = {"a": {"results": [1]}, "b": {}, "empty": {"results": None}}
    assert value_of_each(facts, "results", []) == {"a": [1], "b": [], "empty": []}
