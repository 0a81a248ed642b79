# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a JSON value may be: the schemas of request bodies, topologies, fault rules and changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# A schema is a Python type, a set of allowed strings, {"field": schema}, [item schema], or one of the marks below.


@dataclass(frozen=True)
class required:
    """Mark a field that must be there."""

    schema: Any


@dataclass(frozen=True)
class nullable:
    """Allow null as well."""

    schema: Any


@dataclass(frozen=True)
class optional:
    """Mark a whole body that may be left out."""

    schema: Any


@dataclass(frozen=True)
class mapping:
    """An object with free keys and values of one schema."""

    schema: Any


class either:
    """Any one of several schemas."""

    def __init__(self, *schemas: Any) -> None:
        self.schemas = schemas


@dataclass(frozen=True)
class matching:
    """A string that matches a regular expression as a whole."""

    pattern: str


@dataclass(frozen=True)
class any_case:
    """One of several strings in whatever case, because the contract has seen it so; a forgiving router hands it on as
    it is spelled here."""

    choices: frozenset[str]


_TYPE_NAMES = {str: "a string", int: "an integer", float: "a number", bool: "true or false", object: "anything"}


def problem_with(value: Any, schema: Any, where: str = "body") -> str | None:
    """Return the first thing that is wrong with a JSON value, or None."""
    if isinstance(schema, (required, optional)):
        return problem_with(value, schema.schema, where)
    if isinstance(schema, nullable):
        return None if value is None else problem_with(value, schema.schema, where)
    if isinstance(schema, either):
        problems = [problem_with(value, alternative, where) for alternative in schema.schemas]
        return None if None in problems else problems[0]
    if isinstance(schema, mapping):
        if not isinstance(value, dict):
            return f"{where} must be an object"
        return _first(problem_with(item, schema.schema, f"{where}.{key}") for key, item in value.items())
    if isinstance(schema, matching):
        return (
            None
            if isinstance(value, str) and re.fullmatch(schema.pattern, value)
            else f"{where} must match {schema.pattern}, not {value!r}"
        )
    if isinstance(schema, any_case):
        return (
            None
            if _in_its_case(value, schema.choices) is not None
            else f"{where} must be one of {', '.join(sorted(schema.choices))}, not {value!r}"
        )
    if isinstance(schema, dict):
        return _problem_with_object(value, schema, where)
    if isinstance(schema, list):
        if not isinstance(value, list):
            return f"{where} must be a list"
        return _first(problem_with(item, schema[0], f"{where}[{index}]") for index, item in enumerate(value))
    if isinstance(schema, (set, frozenset)):
        return (
            None
            if isinstance(value, str) and value in schema
            else f"{where} must be one of {', '.join(sorted(schema))}, not {value!r}"
        )
    return None if _is(value, schema) else f"{where} must be {_TYPE_NAMES[schema]}, not {value!r}"


def _problem_with_object(value: Any, fields: Mapping[str, Any], where: str) -> str | None:
    if not isinstance(value, dict):
        return f"{where} must be an object"
    for name in value:
        if name not in fields:
            return f"unknown field {where}.{name}"
    for name, schema in fields.items():
        if name in value:
            problem = problem_with(value[name], schema, f"{where}.{name}")
            if problem:
                return problem
        elif isinstance(schema, required):
            return f"missing field {where}.{name}"
    return None


def forgiven(value: Any, schema: Any, where: str = "body") -> tuple[Any, list[str]]:
    """Return a JSON value as a product takes it that is less strict than its schema, and what it had to forgive.

    Unknown fields are dropped, enums are read in any case, "true" and "false" are booleans; whatever else is wrong
    stays as it is.
    """
    if isinstance(schema, (required, optional, nullable)):
        return (None, []) if value is None else forgiven(value, schema.schema, where)
    if isinstance(schema, either):
        takes = [
            alternative
            for alternative in schema.schemas
            if problem_with(forgiven(value, alternative, where)[0], alternative) is None
        ]
        return forgiven(value, takes[0], where) if takes else (value, [])
    if isinstance(schema, mapping) and isinstance(value, dict):
        return _forgiven_each({key: (item, schema.schema, f"{where}.{key}") for key, item in value.items()})
    if isinstance(schema, dict) and isinstance(value, dict):
        known, found = _forgiven_each(
            {key: (item, schema[key], f"{where}.{key}") for key, item in value.items() if key in schema}
        )
        return known, [*(f"unknown field {where}.{key}" for key in value if key not in schema), *found]
    if isinstance(schema, list) and isinstance(value, list):
        items, found = _forgiven_each(
            {index: (item, schema[0], f"{where}[{index}]") for index, item in enumerate(value)}
        )
        return list(items.values()), found
    if isinstance(schema, any_case):
        return _in_its_case(value, schema.choices) or value, []
    if isinstance(schema, (set, frozenset)):
        meant = _in_its_case(value, schema)
        return (value, []) if meant in (None, value) else (meant, [f"{where} is {value!r} for {meant}"])
    if schema is bool and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true", [f"{where} is a string for a boolean"]
    return value, []


def _forgiven_each(parts: Mapping[Any, tuple[Any, Any, str]]) -> tuple[dict[Any, Any], list[str]]:
    taken, found = {}, []
    for key, (item, schema, where) in parts.items():
        taken[key], more = forgiven(item, schema, where)
        found += more
    return taken, found


def _in_its_case(value: Any, choices: Iterable[str]) -> str | None:
    """Return the choice that a value means, whatever its case."""
    return next((choice for choice in choices if isinstance(value, str) and choice.lower() == value.lower()), None)


def _is(value: Any, kind: type) -> bool:
    if kind is object:
        return True
    if kind is bool:
        return isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, kind)


def _first(problems: Iterable[str | None]) -> str | None:
    return next((problem for problem in problems if problem), None)
