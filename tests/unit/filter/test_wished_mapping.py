# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.euc.nutanix_citrix.plugins.filter.move_wishes import mapping


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ({"type": "HOURLY"}, {"type": "HOURLY"}),
        ("", {}),
        ("  \n", {}),
        ("{type: HOURLY, every_nth: 1}", {"type": "HOURLY", "every_nth": 1}),
        ('{"PD-W11": "SITE-A:353902"}', {"PD-W11": "SITE-A:353902"}),
        ("type=HOURLY", {"type": "HOURLY"}),
        ("PD=A:1", {"PD": "A:1"}),
    ],
)
def test_a_dictionary_may_be_text(told: Any, meant: dict[str, Any]) -> None:
    assert mapping(told) == meant


@pytest.mark.parametrize("told", ["open sesame 7", "{open sesame 7", "[open sesame 7]", ["open sesame 7"]])
def test_what_is_secret_is_not_shown(told: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="image_portability_account") as caught:
        mapping(told, "image_portability_account", True)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("told", ["HOURLY", "5", "[HOURLY]", ["HOURLY"], 5])
def test_what_is_no_dictionary_is_not_overlooked(told: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="dr_failover_way_back must be a dictionary"):
        mapping(told, "dr_failover_way_back")
