# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the templates of a Prism Central."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.templates import (
    list_templates,
    list_versions,
    read_template,
    shown,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import parse_image_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.template import Template
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    "name": {"type": "str"},
    "ext_id": {"type": "str"},
    "base_vm": {"type": "str"},
    "include_versions": {"type": "bool", "default": True},
}


def read(params: Params, reporter: Reporter) -> Result:
    client = PrismCentral.connect(params).shared_on(reporter.board)
    templates = []
    for template in _chosen(client, params):
        versions = list_versions(client, template.ext_id) if params["include_versions"] else [template.active]
        templates.append(shown(template, versions, params["prefix"]))
    return {"templates": templates}


def _chosen(client: PrismCentral, params: Params) -> list[Template]:
    if params["ext_id"]:
        template = read_template(client, params["ext_id"])
        if template:
            return [template]
        return []
    templates = list_templates(client)
    if params["name"]:
        return [template for template in templates if template.name == params["name"]]
    if params["base_vm"]:
        return [template for template in templates if _base_vm(template, params["prefix"]) == params["base_vm"]]
    return templates


def _base_vm(template: Template, prefix: str) -> str:
    image = parse_image_name(template.name, prefix)
    if image:
        return image.base_vm
    return ""


OPERATION = Reading(arguments=ARGUMENTS, read=read, mutually_exclusive=(("name", "ext_id", "base_vm"),))
