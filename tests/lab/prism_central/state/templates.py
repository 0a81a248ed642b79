# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates and their versions (contract prism_central 4.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lab.prism_central.state.entities import Template, TemplateVersion
from lab.prism_central.state.registry import Registry
from lab.prism_central.state.tasks import Task, TaskBook, TaskFailure
from lab.setting import Setting

TEMPLATE = "vmm:content:template"
VM = "vmm:ahv:config:vm"


class Templates:
    """Templates by id; names are not unique."""

    def __init__(self, setting: Setting, registry: Registry, tasks: TaskBook) -> None:
        self._setting = setting
        self._registry = registry
        self._tasks = tasks
        self._by_id: dict[str, Template] = {}
        for entry in setting.spec.get("templates", []):
            self.add_from(entry)

    def __iter__(self) -> Iterator[Template]:
        return iter(self._by_id.values())

    def get(self, ext_id: str) -> Template | None:
        """Return a template by its id."""
        return self._by_id.get(ext_id)

    def add_from(self, entry: Mapping[str, Any]) -> Template:
        """Add a template as under ``templates`` of a topology; ValueError when there is no such VM."""
        found = [vm.uuid for _cluster, vm in self._registry.vms() if vm.name == entry["vm"]]
        if not found:
            raise ValueError(f"no VM of {self._setting.name} is called {entry['vm']!r}")
        source = {"extId": found[0]}
        return self._add(entry["name"], None, {"versionSource": source, "versionName": entry.get("version")})

    def _add(self, name: str, description: str | None, spec: Mapping[str, Any]) -> Template:
        version = self._version(spec, None)
        now = self._setting.clock.epoch_usecs
        template = Template(self._setting.new_id(), name, description, [version], version, now, now)
        self._by_id[template.ext_id] = template
        return template

    def create(self, name: str, description: str | None, spec: Mapping[str, Any]) -> Task:
        """Start to make a template of a VM."""

        def make(task: Task) -> None:
            task.entities = [(self._add(name, description, spec).ext_id, TEMPLATE)]

        return self._start("VmTemplateCreate", "Create VM Template", make)

    def update(self, template: Template, changes: Mapping[str, Any]) -> Task:
        """Start to change a template, and to add a version where the change has the source of one."""

        def change(task: Task) -> None:
            template.name = changes.get("templateName") or template.name
            template.description = changes.get("templateDescription") or template.description
            spec = changes.get("templateVersionSpec") or {}
            task.entities = [(template.ext_id, TEMPLATE)]
            if spec.get("versionSource"):
                version = self._version(spec, template)
                template.versions.append(version)
                task.entities.append((version.ext_id, TEMPLATE))
                if spec.get("isActiveVersion") is not False:
                    template.active = version
            self._changed(template)

        return self._start("VmTemplateUpdate", "Update VM Template", change)

    def publish(self, template: Template, version: TemplateVersion) -> Task:
        """Start to make a version the active one."""

        def change(task: Task) -> None:
            template.active = version
            task.entities = [(template.ext_id, TEMPLATE)]
            self._changed(template)

        return self._start("VmTemplatePublish", "Publish VM Template", change)

    def delete(self, template: Template) -> Task:
        """Start to delete a template with all versions."""
        return self._start("VmTemplateDelete", "Delete VM Template", lambda _task: self._drop(template))

    def delete_version(self, template: Template, version: TemplateVersion) -> Task:
        """Start to delete one version."""

        def drop(_task: Task) -> None:
            if version is template.active and self._setting.behaviour["active_version_deletion"] == "task_fails":
                raise TaskFailure("The active version cannot be deleted")
            template.versions = [each for each in template.versions if each is not version]
            if version is template.active and template.versions:
                template.active = template.versions[-1]
            self._changed(template)

        return self._start("VmTemplateVersionDelete", "Delete VM Template Version", drop)

    def deploy(
        self, version: TemplateVersion, cluster_ext_id: str, number: int, overrides: Mapping[str, Mapping[str, Any]]
    ) -> Task:
        """Start to make VMs of a version on a cluster."""

        def make(task: Task) -> None:
            cluster = self._registry.reached(cluster_ext_id)
            for index in range(number):
                override = overrides.get(str(index)) or {}
                cards = self._registry.cards_of(cluster, version.image)
                name = override.get("name") or f"{version.image.name}-{index}"
                vm = self._registry.make_vm(cluster, version.image, name, cards)
                task.entities.append((vm.uuid, VM))

        seconds = self._setting.durations["template_deploy"]
        return self._tasks.start("VmTemplateDeploy", "Deploy VM Template", seconds, make, [cluster_ext_id])

    def _version(self, spec: Mapping[str, Any], template: Template | None) -> TemplateVersion:
        source = spec["versionSource"]
        if "versionId" in source:
            known = template.versions if template else []
            original = next((each for each in known if each.ext_id == source["versionId"]), None)
            if original is None:
                raise TaskFailure(f"Template version {source['versionId']} is not found")
            image, cluster_ext_id = original.image, original.cluster_ext_id
        else:
            found = self._registry.vm(source["extId"])
            if found is None:
                raise TaskFailure(f"VM {source['extId']} is not found", "VMM-30100", "VM_NOT_FOUND")
            image, cluster_ext_id = found[1].as_it_is(), found[0].uuid
            if image.power_state == "on" and not self._setting.behaviour["template_of_running_vm"]:
                raise TaskFailure(f"VM {image.uuid} is running")
        name = spec.get("versionName") or "Initial Version"
        description = spec.get("versionDescription") or f"Created from VM: {image.name}"
        now = self._setting.clock.epoch_usecs
        return TemplateVersion(self._setting.new_id(), name, description, image, cluster_ext_id, now)

    def _drop(self, template: Template) -> None:
        self._by_id.pop(template.ext_id, None)

    def _changed(self, template: Template) -> None:
        template.updated_usecs = self._setting.clock.epoch_usecs
        template.revision += 1

    def _start(self, operation: str, description: str, action: Any) -> Task:
        return self._tasks.start(operation, description, self._setting.durations["template"], action, [])
