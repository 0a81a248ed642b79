# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's operations, models and enums, and whether recorded traffic keeps to them.

``citrix_models.json`` holds the facts of the vendor's generated client, whole: the lab serves a part of its operations.
``required`` there has artefacts:
the client flattens the models of all hypervisor kinds into one struct (contract citrix 10.2, trap 22); FLATTENED lists
them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

FACTS = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
MODELS: dict[str, dict[str, dict[str, Any]]] = FACTS["models"]
ENUMS: dict[str, list[str]] = FACTS["enums"]

# Required only because another hypervisor kind has the field.
FLATTENED: dict[str, frozenset[str]] = {
    # contract citrix 10.2
    "HypervisorDetailResponseModel": frozenset(
        [
            "ApiKey",
            "Region",
            "ApplicationId",
            "SubscriptionId",
            "ActiveDirectoryId",
            "Environment",
            "ManagementEndpoint",
            "AuthenticationAuthority",
            "StorageSuffix",
            "ServiceAccountId",
            "SccmWakeUpProxy",
            "WakeOnLanPackets",
            "TenancyOcid",
            "OciRegion",
            "OciEnvironment",
            "Fingerprint",
        ]
    ),
    # contract citrix 10.3
    "HypervisorResourcePoolDetailResponseModel": frozenset(
        "VirtualPrivateCloud AvailabilityZone Region VirtualNetwork Subnets Project".split()  # noqa: SIM905
    ),
    # contract citrix 10.3
    "HypervisorResourceResponseModel": frozenset(
        [
            "SupportsSecurityGroups",
            "Enabled",
            "FrameBufferSizeMB",
            "HasDedicatedResource",
            "EgressRules",
            "IngressRules",
            "MemorySizeMB",
            "NumberOfCores",
            "OptimizedForPooledDesktops",
            "NetworkPerformanceIsUnlimited",
            "NetworkPerformanceIsDefault",
            "IsUsedInSite",
            "Superseded",
            "HasPersistentRootVolume",
            "VMId",
            "InstanceSecurityGroupLimit",
        ]
    ),
}
FLATTENED["HypervisorStorageResourceResponseModel"] = FLATTENED["HypervisorResourceResponseModel"] - {"Superseded"}
# Described by the contract, but not among the operations of the vendor's client.
UNLISTED_OPERATIONS = {
    ("GET", "/machinecatalogactions"): "ActionResponseModelCollection",  # contract citrix 8.1, 8.8
}
# The type "string" of GET /Jobs/{id}/Results stands for the result of whatever the job did (contract citrix 5.2).
ANY_RESULT = ("GET", "/jobs/{}/results")
ROOTS = (
    re.compile(r"/cvad/manage(?=/)", re.IGNORECASE),
    re.compile(r"/cvadapis(?:/(?!me$|tokens)[^/]+)?(?=/)", re.IGNORECASE),
    re.compile(r"/citrix/orchestration/api(?:/(?!me$|tokens)[^/]+(?:/(?!sites(?:/|$))[^/]+)?)?(?=/)", re.IGNORECASE),
)
# What clients of path style roots put in front of the path of a batch item: customer and site, and two slashes
# (contract citrix addition G 3).
BATCH_PREFIX = re.compile(r"^/*(?:(?:v1/)?[^/$]+/[0-9a-f-]{36}/(?=/|\w))?/*", re.IGNORECASE)
SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "bool": (bool,),
    "int32": (int,),
    "int64": (int,),
    "float32": (int, float),
    "float64": (int, float),
    "Time": (str,),
    "time.Time": (str,),
}


def operation(method: str, path: str) -> dict[str, Any] | None:
    """Return the operation of a method and a path below the root; literal path parts win over parameters, case does not
    count."""
    wanted = [unquote(part).lower() for part in path.strip("/").split("/")]
    fitting = [
        each
        for each in _OPERATIONS
        if each["method"] == method
        and len(each["parts"]) == len(wanted)
        and all(map(_part_fits, each["parts"], wanted))
    ]
    return min(fitting, key=lambda each: [part == "{}" for part in each["parts"]], default=None)


def problems(value: Any, kind: str, where: str, ignore_required: bool = False) -> Iterator[str]:
    """Yield what is wrong with a JSON value that should be of a type of the vendor's client: ``string``,
    ``NullableInt32``, ``[]Model``, an enum ..."""
    if kind.startswith("[]"):
        if not isinstance(value, list):
            yield f"{where} is no list"
            return
        for index, item in enumerate(value):
            yield from problems(item, kind[2:], f"{where}[{index}]", ignore_required)
    elif kind in MODELS:
        yield from _model_problems(value, kind, where, ignore_required)
    elif kind in ENUMS:
        if value not in ENUMS[kind]:
            yield f"{where}: {value!r} is no {kind}"
    elif kind.startswith("Nullable"):
        if value is not None:
            inner = kind.removeprefix("Nullable")
            yield from problems(value, inner if inner == "Time" else inner[0].lower() + inner[1:], where)
    elif not isinstance(value, SCALARS[kind]) or (isinstance(value, bool) and kind != "bool"):
        yield f"{where}: {value!r} is no {kind}"


def violations(recorded_requests: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what the Citrix requests and answers among the entries of GET /lab/requests do against the models.

    Answers that a fault rule made up are not looked at, nor those too large to be kept.
    """
    return [
        f"request {entry['n']} to {entry['endpoint']}, {entry['method']} {entry['path']}: {problem}"
        for entry in recorded_requests
        for problem in _entry_problems(entry)
    ]


def _entry_problems(entry: Mapping[str, Any]) -> Iterator[str]:
    path = _below_root(entry["raw_path"])
    if path is None:
        return
    known = operation(entry["method"], path)
    if known is None:
        yield "no such operation"
        return
    yield from _request_problems(known, entry["body"])
    if entry["fault"] is None and entry["status"] is not None:
        partial = any(name.lower() == "fields" for name in entry["query"])
        yield from _answer_problems(known, entry["status"], entry["response"], partial)
        if known["path"] == "/$batch" and entry["status"] == 200 and entry["response"]:
            yield from _batch_problems(entry["body"], entry["response"])


def _below_root(raw_path: str) -> str | None:
    for root in ROOTS:
        match = root.match(raw_path)
        if match:
            return raw_path[match.end() :]
    return None


def _request_problems(known: Mapping[str, Any], body: Any) -> Iterator[str]:
    if known["request"] is None:
        if body is not None:
            yield "the request has a body"
    elif body is not None:
        yield from problems(body, known["request"], "request")


def _answer_problems(known: Mapping[str, Any], status: int, body: Any, partial: bool) -> Iterator[str]:
    if status >= 300:
        yield from _error_problems(status, body)
    elif body is None:
        return  # nothing was said, or more than the record keeps
    elif status == 202 and known["response"] != "JobResponseModel":
        yield "a 202 has a body"
    elif known["response"] is None:
        yield f"a {status} has a body"
    elif (known["method"], known["shape"]) != ANY_RESULT:
        yield from problems(body, known["response"], "response", partial)


def _error_problems(status: int, body: Any) -> Iterator[str]:
    """An error or redirection has one of three shapes, or no body (contract citrix 3.1, 3.2)."""
    if body is None:
        return
    keys = set(body) if isinstance(body, dict) else set()
    if not (
        {"type", "detail"} <= keys
        or "SdkErrorId" in keys
        or "Error" in keys
        or {"activityId", "message", "statusCode"} <= keys
    ):
        yield f"the body of a {status} has no known shape: {body!r}"


def _batch_problems(request: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterator[str]:
    """The items of a batch carry requests and answers as text (contract citrix 6)."""
    sent = {item["Reference"]: item for item in request["Items"]}
    for item in answer["Items"]:
        order = sent[item["Reference"]]
        path, _mark, query = BATCH_PREFIX.sub("/", order["RelativeUrl"]).partition("?")
        known = operation(order.get("Method") or "GET", path)
        if known is None:
            yield f"item {item['Reference']}: no such operation {order.get('Method')} {path}"
            continue
        body = json.loads(order["Body"]) if order.get("Body") else None
        answered = json.loads(item["Body"]) if item["Body"] else None
        partial = "fields=" in query.lower()
        for problem in (*_request_problems(known, body), *_answer_problems(known, item["Code"], answered, partial)):
            yield f"item {item['Reference']}: {problem}"


def _model_problems(value: Any, model: str, where: str, ignore_required: bool) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is no {model}"
        return
    fields = MODELS[model]
    for name, item in value.items():
        if name not in fields:
            yield f"{where}.{name} is unknown to {model}"
        elif item is not None:
            yield from problems(item, fields[name]["type"], f"{where}.{name}", ignore_required)
        elif not ignore_required and _demanded(model, name) and not fields[name]["type"].startswith("Nullable"):
            yield f"{where}.{name} is null"
    if not ignore_required:
        yield from (f"{where}.{name} is missing" for name in fields if _demanded(model, name) and name not in value)


def _demanded(model: str, field: str) -> bool:
    return field in MODELS[model] and MODELS[model][field]["required"] and field not in FLATTENED.get(model, ())


def _part_fits(part: str, wanted: str) -> bool:
    return part in ("{}", wanted)


def _prepared(method: str, path: str, request: str | None, response: str | None) -> dict[str, Any]:
    shape = re.sub(r"\{[^}]*\}", "{}", path).lower()
    return {
        "method": method,
        "path": path,
        "request": request,
        "response": response,
        "shape": shape,
        "parts": shape.strip("/").split("/"),
    }


_OPERATIONS = [
    *(_prepared(each["method"], each["path"], each["request"], each["response"]) for each in FACTS["operations"]),
    *(_prepared(method, path, None, response) for (method, path), response in UNLISTED_OPERATIONS.items()),
]
