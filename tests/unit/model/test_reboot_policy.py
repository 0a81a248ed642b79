# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.reboot_policy import RebootPolicy


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"within": 0},
        {"within": 120, "warning": 10, "warning_message": "%m% minutes left", "warning_repeat": 5},
        {"warning": -1, "warning_message": "shut down soon"},
    ],
)
def test_possible(given: dict[str, Any]) -> None:
    assert RebootPolicy(**given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"within": -2}, "within_minutes is -2. Give -1 "),
        ({"within": -1, "warning": 5, "warning_message": "x"}, "Give 0 or -1"),
        ({"within": -1, "warning": -2, "warning_message": "x"}, "Give 0 or -1"),
        ({"within": 0, "warning": -1, "warning_message": "x"}, "Give 0 or more"),
        ({"within": 60, "warning": 5}, "warning_message is missing"),
        ({"warning_repeat": -1}, "warning_repeat_minutes is -1. Give 0 or more"),
    ],
)
def test_impossible(given: dict[str, Any], told: str) -> None:
    with pytest.raises(Refusal, match=told):
        RebootPolicy(**given)
