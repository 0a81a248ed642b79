# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.deletions import (
    deletions_in,
    text_with,
    told_by_all_runs,
)


def vms(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "uuid": f"u-{name}"} for name in names]


def seen(*names: str, message: str = "") -> dict[str, Any]:
    return {"message": message, "vms": vms(*names)}


def test_what_is_written_is_read_again_with_what_comes_later() -> None:
    first = deletions_in(text_with({}, "PD", vms("a", "b")))
    assert first == {"PD": vms("a", "b")}
    assert deletions_in(text_with(first, "PD", vms("b", "c"))) == {"PD": vms("a", "b", "c")}
    assert deletions_in(text_with(first, "PD 2", vms("ä"))) == {"PD": vms("a", "b"), "PD 2": vms("ä")}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2, "domains": {}}', '{"format": 1, "domains": {"PD": 1}}']
)
def test_anything_else_is_no_such_file(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|format|it is no list"):
        deletions_in(text)


@pytest.mark.parametrize(
    ("mine", "there", "before"),
    [
        ([], seen(), ["a", "b"]),
        ([], seen("a"), ["b"]),
        (["a", "b"], seen(), []),
        (["a"], seen(), ["b"]),
        ([], seen("a", "b"), []),
        ([], seen(message="no route"), []),
    ],
)
def test_what_only_an_earlier_run_can_have_deleted(mine: list[str], there: dict[str, Any], before: list[str]) -> None:
    results = {"PD": {"changed": True, "removed_vms": vms(*mine)}} if mine else {}
    told = told_by_all_runs(results, {"PD": vms("a", "b")}, there)
    assert told.get("PD", {}).get("removed_before", []) == vms(*before)
    assert {name: result.get("removed_vms") for name, result in told.items() if mine} == (
        {"PD": vms(*mine)} if mine else {}
    )
