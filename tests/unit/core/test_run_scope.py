# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.run_scope import facts_of_run

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
    assert facts_of_run({"cluster-a": fact}, SCOPE, UNHEARD) == {"cluster-a": fact if counts else UNHEARD}
