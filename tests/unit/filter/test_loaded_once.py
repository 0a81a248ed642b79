# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that runs a playbook loads an action plugin before it forks: what comes with it no task loads again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PLUGINS = Path(__file__).parents[3] / "plugins"
LOADED = """
import sys
import ansible_collections.euc.nutanix_citrix.plugins.action.run_note
filters = "ansible_collections.euc.nutanix_citrix.plugins.filter."
print(*(name.removeprefix(filters) for name in sys.modules if name.startswith(filters)))
"""


def test_an_action_plugin_brings_all_filters() -> None:
    told = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    assert set(told.split()) == {file.stem for file in PLUGINS.joinpath("filter").glob("*.py")}
