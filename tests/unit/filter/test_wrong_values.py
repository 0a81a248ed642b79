# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of moves and drills, before any part of a role runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.filter.move_wishes import wrong_values
from ansible_collections.euc.nutanix_citrix.plugins.filter.run_scope import role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.operator_input import INSIDE
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations import citrix_machine_hosting as hosting
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations import (
    pe_protection_domain_schedule as schedule,
)

POLICY_RULES = dict.fromkeys(hosting.ARGUMENTS["policy"]["options"], "ignore")
SCHEDULE = {
    **{
        name: schedule.ARGUMENTS[name].get("default")
        for name in schedule.ARGUMENTS.keys() - CONNECTION_ARGUMENTS.keys() - {"name"}
    },
    "remote_sites": ["SITE-A"],
}
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
    if "dict" not in (option["type"], option.get("elements")):
        # What ansible-core makes of an empty answer that AWX has marked as no template
        assert wrong_values({"localhost": {name: None}, "daas": {name: None}}, ["localhost", "daas"], ROLES) == told


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("dr_failover_timeout", "an hour", "dr_failover_timeout"),
        ("dr_failover_sessions", "wiat", "value of dr_failover_sessions must be one of: wait, fail, ignore"),
        ("dr_failover_drain", "perhaps", "dr_failover_drain"),
        ("dr_failover_id", 2026.1, "dr_failover_id is the number 2026.1 and must be text"),
        ("dr_failover_id", ["a"], "dr_failover_id is a list and must be text"),
        ("dr_failover_id", {"a": 1}, "dr_failover_id is a dictionary and must be text"),
        ("dr_connections", "AHV-A", "dr_connections is text and must be a dictionary"),
        ("dr_failover_way_back", "HOURLY", "dr_failover_way_back must be a dictionary"),
        ("dr_failover_policy", "{a: [", "dr_failover_policy: "),
        ("dr_failover_drained_path", "", "dr_failover_drained_path is empty"),
        ("dr_failover_drain_timeout", -1, "dr_failover_drain_timeout is -1 and must not be negative"),
        ("dr_failover_data_age_limit", "-5", "dr_failover_data_age_limit is -5 and must not be negative"),
        ("machine_rehost_registered_percent", 101, "must not be more than 100"),
        ("dr_failover_policy", {"mising": "warn"}, "dr_failover_policy has the key 'mising'"),
        (
            "dr_failover_policy",
            "mising=warn",
            "has the key 'mising', and only these mean something: ambiguous, missing,",
        ),
        ("machine_rehost_policy", {"missing": "wran"}, "machine_rehost_policy: value of missing must be one of"),
        ("dr_failover_way_back", {"typ": "HOURLY"}, "dr_failover_way_back has the key 'typ'"),
        ("dr_failover_way_back", {"type": "WEEKLY"}, "value of type must be one of: MINUTELY, HOURLY, DAILY"),
        ("dr_failover_way_back", {"keep_remote": 0}, "dr_failover_way_back: keep_remote must be 1 or more, not 0."),
        ("dr_failover_snapshot_ids", ["1"], "dr_failover_snapshot_ids must be a dictionary"),
    ],
)
def test_a_value_that_cannot_be_meant_is_told_once(name: str, value: Any, words: str) -> None:
    hosts = ["localhost", "cluster-a", "daas"]
    (sentence,) = wrong_values({host: {name: value} for host in hosts}, hosts, ROLES)
    assert words in sentence
    assert "daas" not in sentence


@pytest.mark.parametrize("name", sorted(INSIDE))
def test_every_dictionary_may_hold_what_its_module_takes(name: str) -> None:
    wrong = {
        key: wrong_values({"daas": {name: {key: value}}}, ["daas"], ROLES)
        for key, value in (POLICY_RULES if name.endswith("_policy") else SCHEDULE).items()
    }
    assert [key for key, sentences in wrong.items() if sentences] == []
    assert INSIDE[name].keys() == wrong.keys()


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
