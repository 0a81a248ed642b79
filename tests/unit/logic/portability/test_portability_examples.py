# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/examples/portability_*.yml: one inventory for each workflow, which the role takes as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.euc.nutanix_citrix.plugins.filter.run_scope import role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.role_values import wrong_values
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.operator_input import wrong_wishes
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.stages import WORKFLOWS

ROOT = Path(__file__).parents[4]
EXAMPLES = sorted(ROOT.glob("docs/examples/portability_*.yml"))


def test_there_is_one_for_every_workflow() -> None:
    assert {path.stem.removeprefix("portability_") for path in EXAMPLES} == set(WORKFLOWS)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_role_takes_it(path: Path) -> None:
    inventory = yaml.safe_load(path.read_text(encoding="utf-8"))["all"]
    run: dict[str, Any] = {**inventory["vars"], "image_portability_release": "2026.11.20-1"}
    assert path.stem.endswith(run["image_portability_workflow"])
    targets = inventory["children"]["image_portability_targets"]["hosts"]
    sites = inventory["children"].get("citrix_sites", {}).get("hosts", {})
    options = role_options(["catalog_rollout", "image_portability"], str(ROOT / "roles"))
    own = {**targets, **sites}
    given = {host: {k: v for k, v in {**run, **own[host]}.items() if k in options} for host in own}
    assert wrong_values(given, options) == []
    catalogs = {host: own[host].get("image_portability_catalogs", []) for host in sites}
    wishes = {host: targets[host]["image_portability_target"] for host in targets}
    assert wrong_wishes(lambda name, default="": run.get(name, default), wishes, catalogs) == []
