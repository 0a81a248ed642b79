# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls that every class has for its fields (contract xenserver 6)."""

from __future__ import annotations

from typing import Any

from lab.xenserver.errors import XapiFailure
from lab.xenserver.routes.calls import Calls
from lab.xenserver.schemas import CLASSES, Field
from lab.xenserver.views.records import field_of, record_of

SECTION = "6"
# Who may write the fields of a class (contract xenserver 5: ordinary calls of a VM admin)
WRITERS = {"VDI": "vm-admin", "VBD": "vm-admin", "VM": "vm-admin", "task": "read-only", "session": "read-only"}
WITHOUT_LISTS = {"session"}
WITHOUT_NAMES = {"pool"}
# Fields of a constructor that have a call to set them all the same
SETTABLE = {("VDI", "name_label"), ("VDI", "name_description"), ("SR", "name_label"), ("SR", "name_description")}


def add_calls(calls: Calls) -> None:
    """Register them."""
    for kind in CLASSES:
        _add_lookups(calls, kind)
        for name, field in CLASSES[kind].items():
            _add_accessors(calls, kind, name, field)


def _add_lookups(calls: Calls, kind: str) -> None:
    pool, database, reference = calls.pool, calls.pool.database, f"{kind} ref"

    def implicit(name: str, *params: str, result: str) -> Any:
        return calls.call(f"{kind}.{name}", *params, section=SECTION, result=result, implicit=True)

    implicit("get_record", reference, result=f"{kind} record")(lambda ref: record_of(pool, kind, ref))
    implicit("get_by_uuid", "string", result=reference)(lambda uuid: database.by_uuid(kind, uuid))
    if kind not in WITHOUT_LISTS:
        implicit("get_all", result=f"{reference} set")(lambda: database.refs(kind))
        implicit("get_all_records", result=f"({kind} ref -> {kind} record) map")(
            lambda: {ref: record_of(pool, kind, ref) for ref in database.refs(kind)}
        )
    if "name_label" in CLASSES[kind] and kind not in WITHOUT_NAMES:
        implicit("get_by_name_label", "string", result=f"{reference} set")(
            lambda name: database.having(kind, "name_label", name)
        )


def _add_accessors(calls: Calls, kind: str, name: str, field: Field) -> None:
    pool, database, reference = calls.pool, calls.pool.database, f"{kind} ref"
    calls.call(f"{kind}.get_{name}", reference, section=SECTION, result=field.type, implicit=True)(
        lambda ref: field_of(pool, kind, ref, name)
    )
    role = WRITERS.get(kind, "pool-operator")

    def writing(call: str, *params: str) -> Any:
        return calls.call(f"{kind}.{call}", reference, *params, section=SECTION, role=role, implicit=True)

    def put(ref: str, value: Any) -> None:
        database.get(kind, ref)[name] = int(value) if field.type == "int" else value

    def add_to(ref: str, key: str, value: str) -> None:
        entries = database.get(kind, ref)[name]
        if key in entries:
            raise XapiFailure("MAP_DUPLICATE_KEY", kind, name, ref, key)
        database.get(kind, ref)[name] = {**entries, key: value}

    def remove_from(ref: str, key: str) -> None:
        entries = database.get(kind, ref)[name]
        database.get(kind, ref)[name] = {other: value for other, value in entries.items() if other != key}

    if (kind, name) in SETTABLE:
        calls.call(f"{kind}.set_{name}", reference, "string", section=SECTION, role=role)(put)
    if field.access != "RW":
        return
    writing(f"set_{name}", field.type)(put)
    if field.type == "(string -> string) map":
        writing(f"add_to_{name}", "string", "string")(add_to)
        writing(f"remove_from_{name}", "string")(remove_from)
