# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pauses are as long as they are called, except in tests; and nothing in the collection sleeps behind their back."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest import pace

PLUGINS = Path(__file__).parents[3] / "plugins"
# What waits as long as is left of a bound, as somebody asked for, or for a turn that is paced
BOUNDED = [
    "time.sleep(min(first_look, timeout))",
    "time.sleep(min(pause, max(0.0, timeout - elapsed)))",
    "time.sleep(turn - now)",
]


@pytest.mark.parametrize(("setting", "seconds"), [(None, 3.0), ("", 3.0), ("1", 3.0), ("0.01", 3.0), ("10", 0.3)])
def test_a_pause_is_never_longer_than_it_is_called(
    monkeypatch: pytest.MonkeyPatch, setting: str | None, seconds: float
) -> None:
    if setting is None:
        monkeypatch.delenv("EUC_TEST_PACE", raising=False)
    else:
        monkeypatch.setenv("EUC_TEST_PACE", setting)
    try:
        assert importlib.reload(pace).paced(3.0) == pytest.approx(seconds)
    finally:
        monkeypatch.undo()
        importlib.reload(pace)


def test_every_other_pause_is_paced() -> None:
    sleeps = [
        line.strip() for path in PLUGINS.rglob("*.py") for line in path.read_text().splitlines() if "sleep(" in line
    ]
    assert sorted(line for line in sleeps if not re.match(r"time\.sleep\(paced\(", line)) == BOUNDED
