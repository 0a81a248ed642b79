# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The database of xapi: objects of each class by their opaque references (contract xenserver 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab.setting import Setting
from lab.xenserver.errors import XapiFailure
from lab.xenserver.schemas import CLASSES

NULL = "OpaqueRef:NULL"
NEVER = 0.0
_EMPTY: dict[str, Any] = {"string": "", "int": 0, "bool": False, "float": 0.0, "datetime": NEVER}
# What a default of the data model means, where it is no text
_MEANT: dict[str, Any] = {"true": True, "false": False, '""': ""}

Record = dict[str, Any]


class Database:
    """All objects of a pool. Sets that other objects imply (the VBDs of a VM) are not stored: ``having`` finds them."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._tables: dict[str, dict[str, Record]] = {name: {} for name in CLASSES}

    def add(self, kind: str, **fields: Any) -> str:
        """Store an object and return its reference; what is not given is its default, or empty."""
        record = {name: initial(kind, name) for name in CLASSES[kind]}
        record["uuid"] = self._setting.new_id()
        record.update(fields)
        ref = f"OpaqueRef:{self._setting.new_id()}"
        self._tables[kind][ref] = record
        return ref

    def remove(self, kind: str, ref: str) -> None:
        """Forget an object."""
        del self._tables[kind][ref]

    def get(self, kind: str, ref: str) -> Record:
        """Return an object or raise the failure for a reference to nothing."""
        if ref not in self._tables[kind]:
            raise XapiFailure("HANDLE_INVALID", kind, ref)
        return self._tables[kind][ref]

    def refs(self, kind: str) -> list[str]:
        """All references of a class."""
        return list(self._tables[kind])

    def items(self, kind: str) -> Iterator[tuple[str, Record]]:
        """All objects of a class."""
        yield from list(self._tables[kind].items())

    def having(self, kind: str, field: str, value: Any) -> list[str]:
        """The references of all objects whose field has a value."""
        return [ref for ref, record in self._tables[kind].items() if record[field] == value]

    def by_uuid(self, kind: str, uuid: str) -> str:
        """Return a reference by its uuid or raise the failure for one that nothing has."""
        for ref in self.having(kind, "uuid", uuid):
            return ref
        raise XapiFailure("UUID_INVALID", kind, uuid)


def initial(kind: str, name: str) -> Any:
    """What a field is when nobody says anything."""
    _access, default, of_type = CLASSES[kind][name]
    if of_type.endswith(" set"):
        return []
    if of_type.endswith(" map"):
        return {}
    if of_type.endswith(" ref"):
        return NULL
    if of_type in _EMPTY:
        return _MEANT.get(default or "", _EMPTY[of_type]) if of_type in ("bool", "string") else _EMPTY[of_type]
    return default or ""
