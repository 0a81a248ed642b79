# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Orders: what a job is to do, as the service takes it (contract image_portability 5, addition A)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability import names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.image_portability.jobs import work_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.twins import Wanted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.portability import tag_values
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.image_portability.options import (
    SOURCE_OPTIONS,
    refuse_empty,
    share_location,
    source_option,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

EXTENSIONS = {"vhd": ".vhd", "vhdx": ".vhdx"}

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Order:
    """One order: its body, its route, which work it is, and what stands in the result whatever becomes of it."""

    wanted: Wanted
    body: Mapping[str, Any]
    route: str
    product: Mapping[str, Any]

    @property
    def label(self) -> str:
        """For the screen."""
        return f"{self.wanted.kind} of {self.wanted.work.source}"


def file_order(params: Params, kind: str) -> Order:
    """An export, or a publication, which is an export to the share of another farm (contract image_portability trap
    4)."""
    file_name, file_format = params["file_name"], params["format"]
    if file_name.lower().endswith(tuple(EXTENSIONS.values())) or "/" in file_name or "\\" in file_name:
        raise OperationError(
            f"file_name is '{file_name}'", "Give a name without extension and folder; format makes the extension."
        )
    location = share_location(params["share"]["location"])
    body = {
        **_common(params, kind),
        names.STORAGE: {names.LOCATION: location, names.STORAGE_CREDENTIAL: params["share"]["credential"]},
        names.FILE_NAME: file_name,
        names.FILE_FORMAT: names.FORMATS[file_format],
        names.HASH_DISK: params["hash_disk"],
    }
    product = {
        "file": {"location": location, "name": f"{file_name}{EXTENSIONS[file_format]}", "format": file_format},
    }
    return _order(params, kind, body, product)


def prepare_order(params: Params) -> Order:
    platform = params["platform"]
    option, _source = source_option(params)
    kind_of_output = params["output_kind"] or _output_kind(platform, option)
    key = names.OUTPUT_KEYS.get((platform, kind_of_output), names.DEFAULT_OUTPUT)
    body = {
        **_common(params, "prepare"),
        key: params["output_name"],
        names.PROVISIONING_TYPE: names.PROVISIONING_TYPES[params["provisioning_type"]],
        names.OVERWRITE: params["overwrite"],
        **{wire: params[name] for name, wire in names.OF_PREPARE.items() if params[name] is not None},
    }
    if params["md5_hash"]:
        body[names.MD5] = params["md5_hash"].lower()
    if params["xd_reconfigure"]:
        body[names.RECONFIGURE] = _reconfigure(params["xd_reconfigure"])
    return _order(params, "prepare", body, {"output": {"name": params["output_name"], "kind": kind_of_output}})


def _output_kind(platform: str, option: str) -> str:
    """On Azure a disk becomes a disk and a snapshot a snapshot."""
    if platform == "azure":
        return option
    return names.OUTPUT_KINDS[platform]


def _reconfigure(settings: Mapping[str, Any]) -> list[dict[str, str]]:
    """Values are strings, and names have no slash (contract image_portability trap 11)."""
    return [
        {names.RECONFIGURE_NAME: str(name).lstrip("/"), names.RECONFIGURE_VALUE: str(value)}
        for name, value in settings.items()
    ]


def _common(params: Params, kind: str) -> dict[str, Any]:
    platform = params["platform"]
    # Refuse what is wrong
    refuse_empty(params)
    source_option(params)
    body: dict[str, Any] = {
        names.PLATFORM: names.PLATFORM_WORDS.get(platform, platform),
        names.RESOURCE_LOCATION: params["resource_location_id"],
        names.PLATFORM_CREDENTIAL: params["credential"],
    }
    for option, value in params[platform].items():
        if value is not None and (option != "create_ami" or kind == "prepare"):
            body[_key(platform, option, kind)] = value
    for wire, value in ((names.PREFIX, params["prefix"]), (names.TIMEOUT, params["job_timeout"])):
        if value is not None:
            body[wire] = value
    return body


def _key(platform: str, option: str, kind: str) -> str:
    key = names.KEYS[platform][option]
    if kind == "prepare" and option in SOURCE_OPTIONS:
        return names.TARGET_KEYS.get((platform, option), key)
    return key


def _order(params: Params, kind: str, body: dict[str, Any], product: Mapping[str, Any]) -> Order:
    platform = params["platform"]
    wanted = Wanted(kind, platform, work_of(body), params["release"])
    name = {"image": params["name"]} if params["name"] else {}
    tags = {**tag_values({**name, **params["tags"]}, platform), **wanted.tags}
    return Order(
        wanted,
        _merged({**body, names.TAGS: tags}, params["extra_body"]),
        params["route"] or names.ROUTES[kind],
        product,
    )


def _merged(body: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """`extra` stands over everything; a key of it in another case takes the place of ours, null removes it."""
    spelled = {str(key).casefold(): key for key in body}
    result = dict(body)
    for key, value in extra.items():
        own = spelled.get(str(key).casefold())
        before = result.pop(own, None) if own is not None else None
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            result[str(key)] = _merged(before, value)
        elif value is not None:
            result[str(key)] = value
    return result
