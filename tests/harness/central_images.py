# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A temporary VM of a release on a cluster of a Prism Central, and the templates made of it."""

from __future__ import annotations

from typing import Any

from harness.centrals import Centrals

IMAGE = "ctx_Gold_r1"
POINT = "4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11"
TEMPORARY = f"ctx_r1_{POINT}_Gold"


class Images:
    """The release r1 of Gold on cluster a."""

    def __init__(self, centrals: Centrals, **of_each: Any) -> None:
        self.centrals = centrals
        if of_each:
            centrals.reset(**of_each)
        (self.vm_uuid,) = centrals.change("vm", "a", name=TEMPORARY, content="golden")["uuids"]
        centrals.lab.forget()

    @property
    def arguments(self) -> dict[str, Any]:
        return {"name": IMAGE, "vm_uuid": self.vm_uuid, "vm_name": TEMPORARY}

    def __call__(self, check: bool = False, **more: Any) -> dict[str, Any]:
        return self.centrals.east("pc_template", check=check, **{**self.arguments, **more})

    def fails(self, check: bool = False, **more: Any) -> str:
        return self.centrals.east.fails("pc_template", check=check, **{**self.arguments, **more})

    @property
    def templates(self) -> list[dict[str, Any]]:
        return list(self.centrals.state()["templates"])

    def by_hand(self, name: str = "W11", vm: str = "Twin") -> str:
        """A template that somebody else made."""
        reference = {"$objectType": "vmm.v4.content.TemplateVmReference", "extId": self.centrals.vm(vm)}
        body = {"templateName": name, "templateVersionSpec": {"versionSource": reference}}
        self.centrals.client().order("POST", "vmm", "/content/templates", body)
        self.centrals.lab.skip(100)
        self.centrals.lab.forget()
        (ext_id,) = [template["ext_id"] for template in self.templates if template["name"] == name]
        return str(ext_id)

    def contents(self, ext_id: str) -> list[list[str]]:
        """What is on the disks of each version of a template."""
        (template,) = [each for each in self.templates if each["ext_id"] == ext_id]
        return [[disk["content"] for disk in version["image"]["disks"]] for version in template["versions"]]
