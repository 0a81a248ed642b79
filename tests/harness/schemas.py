# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON reports, held against the schemas that are published with the documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"


def schema_of(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def without_strangers(schema: Any) -> Any:
    """The schema as it holds for us. Readers of a report must bear new fields, so a published schema leaves room for
    them; a field that we write and do not publish helps nobody. What roles collect of hosts is told whole, and its
    schema says so."""
    if isinstance(schema, list):
        return [without_strangers(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: without_strangers(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


def hold_to_schema(path: Path, name: str = "") -> None:
    """Fail unless a file is the report that it says it is, and the one of this name when one is given. A file without a
    word of its schema is no report."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        report = None
    named = report.get("schema") if isinstance(report, dict) else None
    if isinstance(named, dict) or name:
        validator = jsonschema.Draft202012Validator(without_strangers(schema_of(name or named["name"])))
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(report)]
        assert errors == [], errors
