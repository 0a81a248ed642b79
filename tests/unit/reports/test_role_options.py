# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports import role_options

ROLES = Path(__file__).parents[3] / "roles"
TABLES = {name: table for name, table in vars(role_options).items() if name.isupper()}


@pytest.mark.parametrize("part", TABLES)
def test_every_variable_is_one_of_a_role(part: str) -> None:
    known: set[str] = set()
    for path in ROLES.glob("*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values():
            known |= set(entry.get("options") or {})
    assert set(TABLES[part].values()) <= known


def test_only_options_that_are_named_are_told() -> None:
    tell = role_options.with_variables
    assert tell("Wait.", [], role_options.FAILOVER) == "Wait."
    assert tell("Wait.", ["unheard_of"], role_options.FAILOVER) == "Wait."
    assert (
        tell("Raise wait_timeout.", ["wait_timeout", "sessions"], role_options.DRAIN)
        == "Raise wait_timeout. In the variables of the role, wait_timeout is dr_failover_drain_timeout and sessions is"
        " dr_failover_sessions."
    )
