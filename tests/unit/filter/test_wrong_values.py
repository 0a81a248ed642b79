# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of moves and drills, before any part of a role runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.filter.move_wishes import wrong_values
from ansible_collections.euc.nutanix_citrix.plugins.filter.run_scope import role_options

ROLES = ["dr_failover", "machine_rehost", "dr_drill"]
OPTIONS = role_options(ROLES, str(Path(__file__).parents[3] / "roles"))


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_an_empty_answer_is_as_if_nothing_was_given_or_is_refused_by_name(name: str) -> None:
    option = OPTIONS[name]
    told = wrong_values({"localhost": {name: ""}, "daas": {name: ""}}, ["localhost", "daas"], ROLES)
    if option.get("choices") or "dict" in (option["type"], option.get("elements")) or option["type"] in ("int", "bool"):
        (sentence,) = told
        assert sentence.startswith(f"{name} is empty: leave it out, or give ")
    else:
        assert option["type"] in ("list", "raw", "str")
        assert all(sentence.startswith(f"{name} is empty") for sentence in told)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("dr_failover_timeout", "an hour", "dr_failover_timeout"),
        ("dr_failover_sessions", "wiat", "value of dr_failover_sessions must be one of: wait, fail, ignore"),
        ("dr_failover_drain", "perhaps", "dr_failover_drain"),
        ("dr_failover_id", 2026.1, "dr_failover_id is the number 2026.1 and must be text"),
        ("dr_connections", "AHV-A", "dr_connections is text and must be a dictionary"),
        ("dr_failover_way_back", "HOURLY", "dr_failover_way_back must be a dictionary"),
        ("dr_failover_policy", "{a: [", "dr_failover_policy: "),
        ("dr_failover_drained_path", "", "dr_failover_drained_path is empty"),
    ],
)
def test_a_value_that_cannot_be_meant_is_told_once(name: str, value: Any, words: str) -> None:
    hosts = ["localhost", "cluster-a", "daas"]
    (sentence,) = wrong_values({host: {name: value} for host in hosts}, hosts, ROLES)
    assert sentence.startswith(words) or words in sentence
    assert "daas" not in sentence


def test_a_value_of_one_host_is_told_with_its_host() -> None:
    given = {"cluster-a": {"dr_failover_timeout": 60}, "daas": {"dr_failover_timeout": "x"}}
    (sentence,) = wrong_values(given, list(given), ROLES)
    assert sentence.endswith("(on daas).")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dr_failover_timeout", "60"),
        ("dr_failover_drain", "no"),
        ("dr_failover_exclude", "W11-001, W11-002"),
        ("dr_failover_catalogs", {"name": "W11"}),
        ("dr_failover_way_back", "type=HOURLY"),
        ("dr_failover_policy", {"missing": "warn"}),
        ("dr_connections", {"cluster-a": "AHV-A"}),
        ("machine_rehost_policy", ""),
    ],
)
def test_what_surveys_and_e_give_is_taken(name: str, value: Any) -> None:
    assert wrong_values({"daas": {name: value}}, ["daas"], ROLES) == []
