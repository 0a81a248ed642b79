# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the vendor's generated clients say of operations, models and enums, by minor version, so that no body and no
answer follows our own reading of them (contract prism_central addition D)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lab.schema import mapping, matching, nullable, problem_with

_FACTS = json.loads(
    (Path(__file__).parents[2] / "conformance" / "prism_central_models.json").read_text(encoding="utf-8")
)
OPERATIONS: dict[str, dict[str, Any]] = _FACTS["operations"]
_MODELS: dict[str, dict[str, Any]] = _FACTS["models"]
_ENUMS: dict[str, dict[str, Any]] = _FACTS["enums"]
_SCALARS: dict[str, Any] = {
    "str": str,
    "int": int,
    "bool": bool,
    "float": float,
    "datetime": matching(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"),
}
# What the vendor's clients put on every level of a body (contract prism_central 1.5)
MARKERS = {"$objectType": str, "$reserved": object, "$unknownFields": object}
# Declared as required, and left out by the vendor's own scripts (contract prism_central addition D)
NOT_DEMANDED = re.compile(r"createdBy|updatedBy|templateVersionSpec\.version(Name|Description)$")


def minor(version: str) -> int:
    """Return the minor of a version such as 4.2."""
    return int(version.rpartition(".")[2])


def offered(operation: str, served: int) -> bool:
    """Tell whether a minor version has an operation."""
    facts = OPERATIONS[operation]
    return minor(facts["since"]) <= served <= minor(facts["last"])


def has_operation(method: str, path: str, minors: Mapping[str, int]) -> bool:
    """Tell whether the vendor has an operation of a method on a path of a version that is served, simulated here or
    not."""
    asked = re.match(r"/api/(\w+)/v4\.(\d+)/", path)
    if asked is None or int(asked[2]) > minors.get(asked[1], -1):
        return False
    wanted = path.rstrip("/").replace(f"v4.{asked[2]}", "v4.x", 1)
    return any(
        offered(name, int(asked[2]))
        and re.fullmatch(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(name)), f"{method} {wanted}")
        for name in OPERATIONS
    )


@cache
def body_of(kind: str, served: int) -> Any:
    """Return the schema of a type as a minor version has it; everything may be null, one-ofs are looked at apart."""
    return _schema(kind, served, ())


def _schema(kind: str, served: int, inside: tuple[str, ...]) -> Any:
    if kind.startswith("list["):
        return [_schema(kind[5:-1], served, inside)]
    if kind.startswith("dict("):
        return mapping(_schema(kind[5:-1].partition(", ")[2], served, inside))
    if kind in _ENUMS:
        return frozenset(value for value, since in _ENUMS[kind]["values"].items() if minor(since) <= served)
    if kind not in _MODELS or kind in inside:
        return _SCALARS.get(kind, object)
    fields = {
        name: nullable(_schema(field["type"], served, (*inside, kind)))
        for name, field in _MODELS[kind]["fields"].items()
        if minor(field["since"]) <= served or field["type"] == "bool"
    }
    return {**MARKERS, **fields}


def problem_with_body(operation: str, served: int, body: Any) -> str | None:
    """Return what is wrong with a body beside its schema: required fields, and one-ofs that do not say what they
    are."""
    for path in OPERATIONS[operation].get("required_in_body", []):
        if "[]" not in path and not NOT_DEMANDED.search(path):
            *parents, last = path.split(".")
            inner = body
            for parent in parents:
                inner = inner.get(parent) if isinstance(inner, dict) else None
            if isinstance(inner, dict) and inner.get(last) is None:
                return f"missing field body.{path}"
    return next(_problems_with_one_ofs(OPERATIONS[operation]["body"], served, body, "body"), None)


def _problems_with_one_ofs(kind: str, served: int, value: Any, where: str) -> Iterator[str]:
    if value is None or kind in _SCALARS or kind in _ENUMS:
        return
    if kind.startswith("list["):
        for index, item in enumerate(value):
            yield from _problems_with_one_ofs(kind[5:-1], served, item, f"{where}[{index}]")
    elif kind.startswith("dict("):
        for key, item in value.items():
            yield from _problems_with_one_ofs(kind[5:-1].partition(", ")[2], served, item, f"{where}.{key}")
    elif kind.startswith("OneOf") and isinstance(value, dict):
        model = value.get("$objectType")
        if model not in _MODELS:
            yield f"{where} does not say by a known $objectType what it is"
            return
        problem = problem_with(value, body_of(model, served), where)
        if problem:
            yield problem
        else:
            yield from _problems_with_one_ofs(model, served, value, where)
    elif kind in _MODELS:
        for name, field in _MODELS[kind]["fields"].items():
            # A newer client that speaks an older version still sends its defaults (contract prism_central 1.5).
            if minor(field["since"]) > served and value.get(name) not in (None, False):
                yield f"unknown field {where}.{name}"
            yield from _problems_with_one_ofs(field["type"], served, value.get(name), f"{where}.{name}")


def dressed(kind: str, served: int, value: Any) -> Any:
    """Return a value as a minor version answers it: with the marks of its type at every level, without what came later
    and without nulls. A field or an enum value that the model does not have is our own fault."""
    if kind.startswith("list["):
        return [dressed(kind[5:-1], served, item) for item in value]
    if kind in _ENUMS:
        assert value in _ENUMS[kind]["values"], f"{value!r} is no {kind}"
        return value
    if kind.startswith("OneOf") and isinstance(value, Mapping):
        kind = value["$objectType"]
    if kind not in _MODELS:
        return value
    fields = _MODELS[kind]["fields"]
    strange = value.keys() - fields.keys() - MARKERS.keys()
    assert not strange, f"{kind} has no {strange}"
    shown = {
        name: dressed(fields[name]["type"], served, item)
        for name, item in value.items()
        if name in fields and item is not None and minor(fields[name]["since"]) <= served
    }
    version = "v1.r0" if kind.startswith("common.") else f"v4.r{served}"
    return {"$objectType": kind, "$reserved": {"$fv": version}, **shown}
