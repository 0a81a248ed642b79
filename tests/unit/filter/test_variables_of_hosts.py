# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleFilterError

from ansible_collections.euc.nutanix_citrix.plugins.filter.run_scope import variables_of_hosts

RUN = "2026-11-20T23:33:00.125Z"


def told(scope: str = RUN, **variables: Any) -> dict[str, Any]:
    return {"wave": "from the inventory", "release_begin_given": {"scope": scope, "variables": variables}}


def test_those_that_take_part_tell_it_themselves_and_the_inventory_tells_it_of_the_others() -> None:
    hostvars = {
        "daas": told(wave="from the play"),
        "cvad": told("an earlier run", wave="from an earlier play"),
        "left-out": {"wave": "from the inventory", "other": 1},
        "nothing": {},
    }
    assert variables_of_hosts(hostvars, list(hostvars), ["wave"], ["daas", "cvad"], RUN) == {
        "daas": {"wave": "from the play"},
        "left-out": {"wave": "from the inventory"},
        "nothing": {},
    }


def test_a_variable_without_a_value_is_told_by_its_name() -> None:
    class Broken(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            raise AnsibleError("'vault' is undefined")

    with pytest.raises(AnsibleFilterError, match="wave of daas cannot be told: 'vault' is undefined"):
        variables_of_hosts({"daas": Broken(wave="{{ vault }}")}, ["daas"], ["wave"], [], RUN)
