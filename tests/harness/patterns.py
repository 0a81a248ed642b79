# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pattern for AWX and Automation Platform would make there: its playbook, run with a role in the place of the
foreign one that writes down what it is given."""

from __future__ import annotations

import functools
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from harness.playbooks import run_playbook

PATTERN = Path(__file__).parents[2] / "extensions" / "patterns" / "citrix_on_nutanix"
STARTER = PATTERN / "starter"
KINDS = (
    "credential_types",
    "credentials",
    "execution_environments",
    "projects",
    "inventories",
    "inventory_sources",
    "templates",
    "workflows",
    "schedules",
)
MINE = {
    "euc_prism": {"prism_username": "admin", "prism_password": "secret"},
    "euc_citrix_cloud": {
        "citrix_cloud_customer_id": "acme",
        "citrix_cloud_client_id": "id",
        "citrix_cloud_client_secret": "secret",
    },
    "euc_inventory_asks": "true",
    "euc_drill_target": "cluster-b",
    "euc_drill_protection_domains": "PD-W11",
}


@functools.cache
def objects() -> dict[str, Any]:
    """Kind -> the objects of it, as infra.aap_configuration.dispatch gets them."""
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        tasks = directory / "ansible_collections" / "infra" / "aap_configuration" / "roles" / "dispatch" / "tasks"
        tasks.mkdir(parents=True)
        given = {kind: f"{{{{ controller_{kind} }}}}" for kind in KINDS}
        write = {"content": given, "dest": str(directory / "given")}
        (tasks / "main.yml").write_text(json.dumps([{"name": "Write", "ansible.builtin.copy": write}]), "utf-8")
        collections = f"{directory}{os.pathsep}{os.environ.get('ANSIBLE_COLLECTIONS_PATH', '')}"
        outcome = run_playbook(
            PATTERN / "load.yml",
            "localhost,",
            directory,
            "-e",
            # ansible-core 2.16 looks for an interpreter of localhost of its own
            json.dumps({**MINE, "ansible_python_interpreter": sys.executable}),
            ANSIBLE_COLLECTIONS_PATH=collections,
        )
        assert outcome.status == 0, outcome.output
        found: dict[str, Any] = json.loads((directory / "given").read_text(encoding="utf-8"))
        return found


def templates() -> dict[str, Any]:
    """The job templates that people launch, by playbook."""
    return {
        each["playbook"].removesuffix(".yml"): each for each in objects()["templates"] if each.get("survey_enabled")
    }
