# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Categories and which VMs bear them (contract prism_central 2.3)."""

from __future__ import annotations

from collections.abc import Iterator

from lab.prism_central.state.entities import Category
from lab.prism_central.state.registry import Registry
from lab.setting import Setting


class Categories:
    """Categories by id."""

    def __init__(self, setting: Setting, registry: Registry) -> None:
        self._setting = setting
        self._by_id: dict[str, Category] = {}
        self._of_vm: dict[str, set[str]] = {}
        for entry in setting.spec.get("categories", []):
            category = self.add(entry["key"], entry["value"], entry.get("description"))
            for _cluster, vm in registry.vms():
                if vm.name in entry.get("vms", []):
                    self.associate(vm.uuid, [category.ext_id])

    def __iter__(self) -> Iterator[Category]:
        return iter(self._by_id.values())

    def __contains__(self, ext_id: str) -> bool:
        return ext_id in self._by_id

    def get(self, ext_id: str) -> Category | None:
        """Return a category by its id."""
        return self._by_id.get(ext_id)

    def labelled(self, label: str) -> Category | None:
        """Return the category of a key and value."""
        return next((category for category in self if category.label == label), None)

    def add(self, key: str, value: str, description: str | None = None) -> Category:
        """Make a category."""
        category = Category(self._setting.new_id(), key, value, description)
        self._by_id[category.ext_id] = category
        return category

    def remove(self, category: Category) -> None:
        """Remove a category, from all VMs too."""
        del self._by_id[category.ext_id]
        for ids in self._of_vm.values():
            ids.discard(category.ext_id)

    def of(self, vm_uuid: str) -> list[str]:
        """List the ids of the categories of a VM."""
        return sorted(self._of_vm.get(vm_uuid, ()))

    def associate(self, vm_uuid: str, ext_ids: list[str]) -> None:
        """Give a VM categories."""
        self._of_vm.setdefault(vm_uuid, set()).update(ext_ids)

    def disassociate(self, vm_uuid: str, ext_ids: list[str]) -> None:
        """Take categories from a VM."""
        self._of_vm.setdefault(vm_uuid, set()).difference_update(ext_ids)
