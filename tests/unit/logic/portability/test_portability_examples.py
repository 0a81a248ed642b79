# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/examples/portability_*.yml: one inventory for each workflow, which the role takes as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.euc.nutanix_citrix.plugins.filter.run_scope import role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.role_values import wrong_values
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.operator_input import wrong_wishes
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.stages import WORKFLOWS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.wiring import (
    file_in_share,
    prepare_options,
    publish_options,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_disk_info import OPERATION as DISKS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_export import OPERATION as EXPORT
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_image_file_info import (
    OPERATION as FILE,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_prepare import OPERATION as PREPARE
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_publish import OPERATION as PUBLISH
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_upload import OPERATION as UPLOAD

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


def refusals(operation: Any, **given: Any) -> list[str]:
    """What a module says against one of its options."""
    spec = {name: operation.arguments[name] for name in given}
    return list(ArgumentSpecValidator(spec).validate(given).error_messages)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_modules_take_it(path: Path) -> None:
    inventory = yaml.safe_load(path.read_text(encoding="utf-8"))["all"]
    run = inventory["vars"]
    disk = {"id": "1", "name": "W11"}
    source, share = run.get("image_portability_source"), run["image_portability_share"]
    told = refusals(FILE, source=file_in_share(share, "W11", run.get("image_portability_smb_account")))
    if source:
        told += refusals(EXPORT, **{source["platform"]: source["options"]})
    for own in inventory["children"]["image_portability_targets"]["hosts"].values():
        target = own["image_portability_target"]
        platform = target["platform"]
        account = {**target["upload"], **own["image_portability_account"]}
        told += refusals(UPLOAD, platform=platform, **{platform: account})
        told += refusals(DISKS, platform=platform, **{platform: account})
        told += refusals(PREPARE, **prepare_options(target, disk))
        if "publish" in target:
            store = file_in_share(target["publish"]["share"], "W11", own["image_portability_store_account"])
            told += refusals(FILE, source=store)
            told += refusals(PUBLISH, **publish_options(target, disk))
    assert told == []
