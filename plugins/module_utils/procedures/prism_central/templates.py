# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making templates and versions of templates of a VM (contract prism_central 4.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import (
    Task,
    TaskFailed,
    wait_for_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.templates import (
    TEMPLATE,
    add_version,
    create_template,
    list_templates,
    list_versions,
    publish_version,
    read_template,
    remove_version,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    Deadline,
    wait_for_effect,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import CentralVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import (
    template_description,
    template_mark,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.template import (
    Template,
    TemplateVersion,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.once import order_once


@dataclass(frozen=True)
class TemplateWork:
    """One piece of work on templates of a Prism Central."""

    client: PrismCentral
    deadline: Deadline
    reporter: Reporter

    def make(self, name: str, vm: CentralVm, wait: bool) -> Template | None:
        """Make a new template of a VM. None when its end is not waited for."""
        what, description = f"template '{name}' of '{vm.name}'", template_description(name, vm.name, vm.uuid)

        def usable(task: Task) -> bool:
            ids = task.entities_of(TEMPLATE)
            # What it leaves may come late.
            return task.succeeded and (not ids or read_template(self.client, ids[0]) is not None)

        task_id = order_once(
            self.client,
            lambda request_id: create_template(self.client, name, description, vm.uuid, request_id),
            ("template", name, description, vm.uuid),
            usable,
        )
        if not wait:
            return None

        def made() -> list[Template]:
            return [
                template
                for template in list_templates(self.client)
                if template.name == name and template_mark(name, vm.name) in template.description
            ]

        ids = self._end(task_id, what, lambda: bool(made()))
        self._appears(lambda: bool(made()), what, task_id)
        return min(made(), key=lambda template: (template.ext_id not in ids, template.ext_id))

    def add(self, template: Template, name: str, vm: CentralVm, activate: bool, wait: bool) -> TemplateVersion | None:
        """Add a version to a template. None when its end is not waited for."""
        what, description = (
            f"version '{name}' of the template '{template.name}'",
            template_description(name, vm.name, vm.uuid),
        )

        def made() -> list[TemplateVersion]:
            return [
                version
                for version in list_versions(self.client, template.ext_id)
                if version.name == name and template_mark(name, vm.name) in version.description
            ]

        task_id = order_once(
            self.client,
            lambda request_id: add_version(
                self.client, template.ext_id, name, description, vm.uuid, activate, request_id
            ),
            ("template version", template.ext_id, name, description, vm.uuid, str(activate)),
            lambda task: task.succeeded and bool(made()),
        )
        if not wait:
            return None
        self._end(task_id, what, lambda: bool(made()))
        self._appears(lambda: bool(made()), what, task_id)
        return made()[0]

    def publish(self, template: Template, version: TemplateVersion) -> None:
        """Make a version the active one."""
        what = f"activation of version '{version.name}' of the template '{template.name}'"
        publish_version(self.client, template.ext_id, version.ext_id, what, self.deadline.left, self.reporter.progress)

    def drop(self, template: Template, version: TemplateVersion, successor: TemplateVersion | None) -> None:
        """Remove a version. The active one cannot be removed everywhere, so that another one becomes it first."""
        if successor:
            self.publish(template, successor)
        what = f"removal of version '{version.name}' of the template '{template.name}'"
        remove_version(self.client, template.ext_id, version.ext_id, what, self.deadline.left, self.reporter.progress)

    def _end(self, task_id: str, what: str, made: Callable[[], bool]) -> list[str]:
        """Wait for the task; returns the ids that it names."""
        try:
            task = wait_for_task(self.client, task_id, what, self.deadline.left, self.reporter.progress, TEMPLATE)
        except TaskFailed:
            # Two runs may have met: what counts is whether it is there.
            if not made():
                raise
            return []
        return task.entities_of(TEMPLATE)

    def _appears(self, made: Callable[[], bool], what: str, task_id: str) -> None:
        wait_for_effect(
            made,
            what=what,
            idle=f"the task {task_id} has ended, and it is not listed",
            endpoint=self.client.endpoint,
            timeout=self.deadline.left,
            progress=self.reporter.progress,
        )
