# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to Prism Centrals and their answers against the models of the vendor's clients, read by a checker of its
own, which the lab does not use (contract prism_central 1.5, addition J)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FACTS = json.loads((Path(__file__).parent / "prism_central_models.json").read_text(encoding="utf-8"))
MARKERS = {"$objectType", "$reserved", "$dataItemDiscriminator", "$errorItemDiscriminator"}
TYPES: dict[str, type] = {"str": str, "int": int, "bool": bool, "datetime": str}
V4 = re.compile(r"/api/\w+/v4\.(\d+)/")


def violations(recorded: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the vendor's models do not have in the recorded requests to v4, and in answers to them that are neither
    errors nor those of fault rules; and writes without the headers that are declared for them."""
    found = []
    for entry in recorded:
        if V4.match(entry["path"]) and entry["status"] in (200, 201, 202):
            found += list(_violations(entry))
    return found


def _violations(entry: Mapping[str, Any]) -> Iterator[str]:
    name, minor = operation_of(entry["method"], entry["path"])
    facts, headers = FACTS["operations"][name], {key.lower() for key in entry["request_headers"]}
    if int(facts["since"][2:]) > minor:
        yield f"{name} is not in v4.{minor}"
    for declared, header in (("if_match_declared", "if-match"), ("request_id_declared", "ntnx-request-id")):
        if facts.get(declared) and header not in headers:
            yield f"{name} lacks the header {header}"
    if entry["body"] is not None:
        yield from (f"{name}: {problem}" for problem in fields_of(facts["body"], entry["body"], minor, "body"))
    if not entry["fault"]:
        yield from problems_of_answer(name, entry["response"], minor)


def problems_of_answer(name: str, body: Any, minor: int) -> Iterator[str]:
    """Yield what is wrong with the answer of an operation."""
    if not isinstance(body, dict):
        return  # cut off by the record, or an empty one
    if body["$objectType"] != FACTS["operations"][name]["answer"]:
        yield f"{name} answers {body['$objectType']}"
    kind = re.sub(r"^List<(.*)>$", r"list[\1]", body["$dataItemDiscriminator"])
    yield from (f"{name}: {problem}" for problem in problems(kind, body.get("data", []), minor, "data"))


def problems(kind: str, value: Any, minor: int, where: str) -> Iterator[str]:
    """Yield what the vendor's model does not have in an answer."""
    if kind.startswith("list["):
        if not isinstance(value, list):
            yield f"{where} is no list"
            return
        for index, item in enumerate(value):
            yield from problems(kind[5:-1], item, minor, f"{where}[{index}]")
    elif kind in FACTS["enums"]:
        since = FACTS["enums"][kind]["values"].get(value)
        if since is None or int(since[2:]) > minor:
            yield f"{where} is {value!r}, which {kind} does not have in v4.{minor}"
    elif kind in FACTS["models"] or kind.startswith("OneOf"):
        yield from _problems_of_model(kind, value, minor, where)
    elif kind in TYPES and value.__class__ is not TYPES[kind]:
        yield f"{where} is {value!r} and no {kind}"


def _problems_of_model(kind: str, value: Any, minor: int, where: str) -> Iterator[str]:
    is_one_of = kind.startswith("OneOf")
    if not isinstance(value, dict):
        if not is_one_of:
            yield f"{where} is no {kind}"
        return
    model = value.get("$objectType", "")
    if not is_one_of and model != kind:
        yield f"{where} says {model} and is {kind}"
    fields = FACTS["models"].get(model, {}).get("fields", {})
    for name, item in value.items():
        if name in MARKERS:
            continue
        if name not in fields or int(fields[name]["since"][2:]) > minor:
            yield f"{where}.{name} is not in {model} of v4.{minor}"
        else:
            yield from problems(fields[name]["type"], item, minor, f"{where}.{name}")


def fields_of(kind: str, value: Any, minor: int, where: str) -> Iterator[str]:
    """Yield what the vendor's model does not have in the body of a request, where only one-ofs must say what they
    are."""
    if value is None:
        return
    if kind.startswith("list["):
        for index, item in enumerate(value):
            yield from fields_of(kind[5:-1], item, minor, f"{where}[{index}]")
        return
    model = value.get("$objectType", "") if kind.startswith("OneOf") and isinstance(value, dict) else kind
    if model not in FACTS["models"]:
        yield from problems(kind, value, minor, where)
        return
    fields = FACTS["models"][model]["fields"]
    for name, item in value.items():
        if name in MARKERS:
            continue
        if name not in fields or int(fields[name]["since"][2:]) > minor:
            yield f"{where}.{name} is not in {model} of v4.{minor}"
        else:
            yield from fields_of(fields[name]["type"], item, minor, f"{where}.{name}")


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (name, re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(name)) + r"\Z")) for name in FACTS["operations"]
    ]


def operation_of(method: str, path: str) -> tuple[str, int]:
    """Return the name of the operation that a request was about, and the minor version."""
    asked = V4.match(path)
    assert asked is not None, path
    general = f"{method} {path.replace(f'v4.{asked[1]}', 'v4.x', 1)}"
    found = [name for name, pattern in _patterns() if pattern.match(general)]
    assert found, general
    return min(found, key=lambda name: name.count("{")), int(asked[1])
