# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the vendor's generated client says of operations, models and enums (contract citrix addition G 12), so that no
body is checked against our own reading of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lab.schema import nullable, required

_FACTS = json.loads((Path(__file__).parents[2] / "conformance" / "citrix_models.json").read_text(encoding="utf-8"))
_MODELS: dict[str, dict[str, dict[str, Any]]] = _FACTS["models"]
_ENUMS: dict[str, list[str]] = _FACTS["enums"]
_SCALARS: dict[str, Any] = {"string": str, "bool": bool, "int32": int, "int64": int, "float32": float, "float64": float}


def field_names(model: str) -> frozenset[str]:
    """Return the names of all fields of a model."""
    return frozenset(_MODELS[model])


def body_of(model: str) -> dict[str, Any]:
    """Return the schema of a request model: every field with its type, the required ones demanded, the others
    nullable."""
    return {
        name: required(_schema(facts["type"])) if facts["required"] else nullable(_schema(facts["type"]))
        for name, facts in _MODELS[model].items()
    }


def members(enum: str) -> frozenset[str]:
    """Return the members of an enum that a client may send: a server sends Unknown, a client does not (contract citrix
    2)."""
    return frozenset(_ENUMS[enum]) - {"Unknown"}


def has_operation(method: str, path: str) -> bool:
    """Tell whether the vendor has an operation of a method on a path below the root, simulated here or not."""
    wanted = [unquote(part).lower() for part in path.strip("/").split("/")]
    return any(
        method == known
        and len(parts) == len(wanted)
        and all(part in ("{}", given) for part, given in zip(parts, wanted, strict=True))
        for known, parts in _OPERATIONS
    )


def _schema(kind: str) -> Any:
    if kind.startswith("[]"):
        return [_schema(kind[2:])]
    if kind in _MODELS:
        return body_of(kind)
    if kind in _ENUMS:
        return members(kind)
    inner = kind.removeprefix("Nullable")
    return _SCALARS[inner[0].lower() + inner[1:]]


def _parts(path: str) -> list[str]:
    return re.sub(r"\{[^}]*\}", "{}", path).lower().strip("/").split("/")


_OPERATIONS = [(each["method"], _parts(each["path"])) for each in _FACTS["operations"]]
# contract citrix addition G 1; it stands in the client and not among its operations
_OPERATIONS.append(("GET", ["healthcheck"]))
