# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Surveys of job templates from the argument specs of the roles; what they hold stands in core/survey.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.yaml import yaml_load

from ansible_collections.euc.nutanix_citrix.plugins.filter.run_scope import role_options
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.survey import survey

ROLES = Path(__file__).parents[2] / "roles"


def survey_of(required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    roles = sorted(path.name for path in ROLES.iterdir() if path.is_dir())
    variables = yaml_load((ROLES / "release_begin" / "vars" / "main.yml").read_text(encoding="utf-8"))
    options = {**variables["release_begin_others"], **role_options(roles, str(ROLES))}
    try:
        return survey(required, optional, options, [*roles, "image_rollback", "image_lineage"])
    except Refusal as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"survey": survey_of}
