# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.true_copy import verdict


@pytest.mark.parametrize(
    ("power_state", "started", "told"),
    [
        ("off", False, "yes"),
        ("off", True, "no"),
        ("on", True, "no"),
        (None, True, "no"),
        # A release removes it only when it knows.
        (None, False, "yes"),
        (None, None, "yes"),
        ("off", None, "unknown"),
        ("on", None, "unknown"),
        ("on", False, "unknown"),
    ],
)
def test_a_copy_is_true_when_somebody_testifies(power_state: str | None, started: bool | None, told: str) -> None:
    assert verdict(power_state, started) == told
