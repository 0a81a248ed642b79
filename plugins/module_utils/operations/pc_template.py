# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a template of a VM, add a version to one, or remove a template or a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.templates import (
    list_templates,
    list_versions,
    read_template,
    remove_template,
    shown,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.vms import read_vm, vms_called
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS, Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import CentralVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import (
    is_proven,
    same_for_citrix,
    template_description,
    template_mark,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import parse_temporary_vm_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.template import (
    Template,
    TemplateVersion,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.templates import TemplateWork
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

MAKE, ADD, PUBLISH, REMOVE, REMOVE_VERSION = "make", "add", "publish", "remove", "remove version"

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str"},
    "ext_id": {"type": "str"},
    "version_name": {"type": "str"},
    "version_ext_id": {"type": "str"},
    "vm_uuid": {"type": "str"},
    "vm_name": {"type": "str"},
    "activate": {"type": "bool", "default": True},
    "force": {"type": "bool", "default": False},
}


@dataclass(frozen=True)
class _Observed:
    """`template` and `version` are what the options name, as far as they are there, `versions` all of the template,
    newest first; `vm` is what a new one is made of."""

    client: PrismCentral
    work: TemplateWork
    template: Template | None = None
    versions: Sequence[TemplateVersion] = ()
    version: TemplateVersion | None = None
    vm: CentralVm | None = None


def observe(params: Params, reporter: Reporter) -> _Observed:
    _refuse_half_named(params)
    client = PrismCentral.connect(params).shared_on(reporter.board)
    observed = _Observed(client, TemplateWork(client, Deadline(params["wait_timeout"]), reporter))
    template = _template(client, params)
    if template:
        versions = list_versions(client, template.ext_id)
        version = _version(client, params, template, versions)
        observed = replace(observed, template=template, versions=versions, version=version)
    if params["state"] == "absent":
        return observed
    existing: Template | TemplateVersion | None = observed.version if _of_version(params) else template
    if existing:
        _refuse_one_of_another_vm(client, params, existing)
        return observed
    vm = _source(client, params)
    if vm:
        _refuse_untrue_copy(client, params, vm)
    return replace(observed, vm=vm)


def plan(params: Params, observed: _Observed) -> Plan[str]:
    template, version = observed.template, observed.version
    if params["state"] == "absent":
        return _removal(params, observed)
    before = _shown(params, observed)
    if _of_version(params):
        if template is None:
            raise OperationError(
                f"{observed.client.endpoint} has no template {params['ext_id']}",
                "Give the ext_id of the template that is to have the version.",
            )
        if version and (version.active or not params["activate"]):
            return Plan(facts={"template": before}, before={"template": before}, after={"template": before})
        return _planned(params, observed, (PUBLISH,) if version else (ADD,))
    if template:
        return Plan(facts={"template": before}, before={"template": before}, after={"template": before})
    return _planned(params, observed, (MAKE,))


def apply(params: Params, observed: _Observed, plan: Plan[str], reporter: Reporter) -> Result:
    work, template, version = observed.work, observed.template, observed.version
    (step,) = plan.steps
    with reporter.phase("image" if step in (MAKE, ADD) else step.replace(" ", "_")):
        if step in (MAKE, ADD):
            made = _made(params, observed)
            if made is None:
                return dict(plan.facts)
            template = made
        elif template and version and step == PUBLISH:
            work.publish(template, version)
        elif template and version and step == REMOVE_VERSION:
            work.drop(template, version, _successor(observed))
        elif template and step == REMOVE:
            what = f"removal of the template '{template.name}'"
            remove_template(observed.client, template.ext_id, what, work.deadline.left, reporter.progress)
            return {"template": None}
    return {"template": _read_again(params, observed, template)}


def _refuse_half_named(params: Params) -> None:
    """What is to be there is a template of a name, or a version of a name in a template of an id."""
    if params["state"] == "present" and (
        params["version_ext_id"] or bool(params["ext_id"]) != bool(params["version_name"])
    ):
        raise OperationError(
            "a template that is to be there has a name, and a version that is to be there has a name and the ext_id of"
            " its template",
            "Give name alone, or ext_id and version_name.",
            options=("name", "ext_id", "version_name"),
        )


def _template(client: PrismCentral, params: Params) -> Template | None:
    """The template that is named, by its id where one is given."""
    name, ext_id = params["name"], params["ext_id"]
    if ext_id:
        template = read_template(client, ext_id)
        if template and name and template.name != name:
            raise OperationError(
                f"{client.endpoint}: the template {ext_id} is called '{template.name}' and not '{name}'",
                "Give the name and the ext_id of the same template, or only one.",
            )
        return template
    templates = list_templates(client)
    if params["state"] == "present":
        _refuse_other_case(client, "template", name, templates)
    return _only(client, "template", name, [each for each in templates if each.name == name], "ext_id")


def _version(
    client: PrismCentral, params: Params, template: Template, versions: Sequence[TemplateVersion]
) -> TemplateVersion | None:
    name, ext_id = params["version_name"], params["version_ext_id"]
    if ext_id:
        return next((version for version in versions if version.ext_id == ext_id), None)
    if not name:
        return None
    if params["state"] == "present":
        _refuse_other_case(client, f"version of '{template.name}'", name, versions)
    namesakes = [version for version in versions if version.name == name]
    return _only(client, f"version of '{template.name}'", name, namesakes, "version_ext_id")


def _only(client: PrismCentral, kind: str, name: str, namesakes: Sequence[Any], option: str) -> Any:
    if len(namesakes) > 1:
        listed = ", ".join(each.ext_id for each in namesakes)
        raise OperationError(
            f"{client.endpoint}: {len(namesakes)} times there is a {kind} called '{name}': {listed}",
            f"Remove what is not needed, by its {option}: Citrix cannot tell them apart.",
            options=(option,),
        )
    if namesakes:
        return namesakes[0]
    return None


def _refuse_other_case(client: PrismCentral, kind: str, name: str, known: Sequence[Any]) -> None:
    alike = [f"'{each.name}' ({each.ext_id})" for each in known if same_for_citrix(each.name, name)]
    if alike:
        raise OperationError(
            f"{client.endpoint}: there is a {kind} {', '.join(alike)}, which differs from '{name}' in case only, and"
            " Citrix cannot tell them apart",
            "Give a name that differs in more than case.",
        )


def _refuse_one_of_another_vm(client: PrismCentral, params: Params, existing: Template | TemplateVersion) -> None:
    """One of the name is the one that is wanted only when it bears the mark of the VM that is meant, which may be gone
    by now."""
    vm_uuid, vm_name = params["vm_uuid"] or "", params["vm_name"] or ""
    if not (vm_uuid or vm_name):
        return
    vm = read_vm(client, vm_uuid) if vm_uuid else None
    meant = vm_name or (vm.name if vm else "")
    if meant and template_mark(existing.name, meant) in existing.description:
        return
    # A uuid alone cannot be compared with the mark once its VM is gone; the description has it as well.
    if vm_uuid and not meant and f"({vm_uuid})" in existing.description:
        return
    raise OperationError(
        f"{client.endpoint}: '{existing.name}' ({existing.ext_id}) is there already and was not made of the VM that is"
        f" meant, {meant or vm_uuid}",
        "Give another name, or remove it.",
    )


def _source(client: PrismCentral, params: Params) -> CentralVm | None:
    """The VM to make it of. In check mode it may be one that does not exist yet."""
    name, uuid = params["vm_name"], params["vm_uuid"]
    if uuid:
        vm = read_vm(client, uuid)
        if vm and name and vm.name != name:
            raise OperationError(
                f"{client.endpoint}: the VM {uuid} is called '{vm.name}' and not '{name}'",
                "Give the name and the uuid of the same VM, or only one.",
            )
        return vm
    if not name:
        return None
    namesakes = vms_called(client, name)
    if len(namesakes) > 1:
        listed = ", ".join(f"{vm.uuid} ({vm.power_state})" for vm in namesakes)
        raise OperationError(
            f"{client.endpoint} has {len(namesakes)} VMs called '{name}': {listed}",
            "Give vm_uuid of the one that is meant.",
            options=("vm_uuid",),
        )
    if namesakes:
        return namesakes[0]
    return None


def _refuse_untrue_copy(client: PrismCentral, params: Params, vm: CentralVm) -> None:
    """The name of a temporary VM tells which recovery point its disks are from, which holds only while nobody has
    started it."""
    if parse_temporary_vm_name(vm.name, params["prefix"]) and vm.power_state != "off":
        raise OperationError(
            f"{client.endpoint}: the temporary VM '{vm.name}' ({vm.uuid}) is not powered off: it is no true copy of the"
            " golden VM any more",
            "Remove it with pc_vm and force, when nobody needs it, restore it again, then run the same task again.",
        )


def _made(params: Params, observed: _Observed) -> Template | None:
    """The template that was made, or got a version. None when the end is not waited for."""
    vm, work, wait = observed.vm, observed.work, params["wait"]
    if vm is None:
        raise _no_source(observed.client, params)
    if observed.template is None:
        return work.make(params["name"], vm, wait)
    version = work.add(observed.template, params["version_name"], vm, params["activate"], wait)
    if version:
        return observed.template
    return None


def _no_source(client: PrismCentral, params: Params) -> OperationError:
    name, uuid = params["vm_name"], params["vm_uuid"]
    wanted = params["version_name"] or params["name"]
    if not uuid and not name:
        return OperationError(
            f"There is no '{wanted}' on {client.endpoint} yet, and no VM is named to make it of",
            "Give vm_uuid or vm_name.",
        )
    return OperationError(
        f"{client.endpoint} has no VM {uuid or repr(name)} to make '{wanted}' of",
        "Check vm_uuid and vm_name, and that this Prism Central manages the cluster of the VM.",
    )


def _removal(params: Params, observed: _Observed) -> Plan[str]:
    template, version = observed.template, observed.version
    only_version = _of_version(params)
    before = _shown(params, observed)
    if template is None or before is None or (only_version and version is None):
        return Plan(facts={"template": before}, before={"template": before}, after={"template": before})
    facts = before
    if only_version and version:
        facts = next(each for each in before["versions"] if each["ext_id"] == version.ext_id)
    if not params["force"] and not is_proven(facts):
        lineage = facts["lineage"]
        why = lineage["doubt"] if lineage else f"is no image with the prefix '{params['prefix']}'"
        raise OperationError(
            f"{observed.client.endpoint}: refused, because '{facts['name']}' ({facts['ext_id']}) {why}",
            "Set force to remove what the collection did not make.",
            options=("force",),
        )
    if not only_version:
        return Plan(steps=(REMOVE,), facts={"template": None}, before={"template": before}, after={"template": None})
    successor = _successor(observed)
    after = {**before, "versions": [_as_after(each, successor) for each in before["versions"] if each != facts]}
    return Plan(
        steps=(REMOVE_VERSION,), facts={"template": after}, before={"template": before}, after={"template": after}
    )


def _successor(observed: _Observed) -> TemplateVersion | None:
    """The version that becomes the active one in place of the active one that goes: the newest of the others."""
    template, version = observed.template, observed.version
    if template is None or version is None or not version.active:
        return None
    others = [each for each in observed.versions if each.ext_id != version.ext_id]
    if not others:
        raise OperationError(
            f"{observed.client.endpoint}: '{version.name}' is the only version of the template '{template.name}'",
            "Remove the template, without naming a version.",
        )
    return others[0]


def _as_after(each: dict[str, Any], successor: TemplateVersion | None) -> dict[str, Any]:
    if successor is None:
        return each
    return {**each, "active": each["ext_id"] == successor.ext_id}


def _of_version(params: Params) -> bool:
    return bool(params["version_name"] or params["version_ext_id"])


def _shown(params: Params, observed: _Observed) -> dict[str, Any] | None:
    if observed.template:
        return shown(observed.template, observed.versions, params["prefix"])
    return None


def _planned(params: Params, observed: _Observed, steps: tuple[str, ...]) -> Plan[str]:
    before, vm = _shown(params, observed), observed.vm
    name = params["version_name"] or params["name"]
    vm_name, description = params["vm_name"] or "", ""
    if vm:
        vm_name, description = vm.name, template_description(name, vm.name, vm.uuid)
    active = params["activate"] or observed.template is None
    new = TemplateVersion("", name, description, vm_name, None, active, None)
    template = observed.template or Template("", name, description, None, None, new)
    versions = list(observed.versions)
    if observed.version is None:
        versions.insert(0, new)
    if active:
        chosen = observed.version.ext_id if observed.version else ""
        versions = [replace(version, active=version.ext_id == chosen) for version in versions]
    after = shown(template, versions, params["prefix"])
    if vm is None:
        # In check mode the temporary VM is yet to be restored, and nothing can be said of where it comes from.
        for each in (after, *after["versions"]):
            if not each["ext_id"]:
                each["lineage"] = None
    return Plan(steps=steps, facts={"template": after}, before={"template": before}, after={"template": after})


def _read_again(params: Params, observed: _Observed, template: Template | None) -> dict[str, Any] | None:
    if template is None:
        return None
    now = read_template(observed.client, template.ext_id)
    if now is None:
        return None
    return shown(now, list_versions(observed.client, now.ext_id), params["prefix"])


OPERATION = Change(
    arguments=ARGUMENTS,
    observe=observe,
    plan=plan,
    apply=apply,
    required_one_of=(("name", "ext_id"),),
    mutually_exclusive=(("version_name", "version_ext_id"),),
)
