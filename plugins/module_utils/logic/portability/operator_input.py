# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the operator wants of Image Portability, and what of it cannot be meant: told before any service is asked. Types
are held against the argument spec of the role, not here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.role_values import not_given, refusals
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.wishes import mapping
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.stages import (
    CLOUDS,
    LONGEST_NAME,
    PLATFORMS,
    WORKFLOWS,
    names_of,
    stages_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import RELEASE_ID

GROUP = "image_portability_targets"
CATALOGS = "image_portability_catalogs"
# Names of files, disks and images on all platforms begin with it
IMAGE = re.compile(r"[A-Za-z][A-Za-z0-9._-]*\Z")
LOCATION = re.compile(r"smb://[^/\\]+/[^\\]+\Z")
# What would be shown with the variables of hosts
SECRETS = (
    "client_secret",
    "secret_access_key",
    "session_token",
    "service_account_key",
    "nutanix_password",
    "xenserver_password",
    "password",
)
NEEDED = {
    "source": ("platform", "resource_location_id", "credential"),
    "target": ("platform", "resource_location_id", "credential"),
    "share": ("location", "credential"),
}
# What may stand in them. Argument specs of roles do not tell, because a survey gives these as text
SOURCE_KEYS = (*NEEDED["source"], "options", "extra_body")
SHARE_KEYS = (*NEEDED["share"], "path", "smb", "file", "sha256")
SMB_KEYS = ("server", "share", "path", "port", "username", "domain")

Given = Callable[..., Any]
Entry = Mapping[str, Any]


def wrong_wishes(given: Given, targets: Mapping[str, Any], catalogs: Mapping[str, Sequence[Entry]]) -> list[str]:
    """`given` tells a variable of the whole run, `targets` is inventory host -> its image_portability_target,
    `catalogs` site -> those that it names."""
    workflow = given("image_portability_workflow")
    if workflow not in WORKFLOWS:
        return [f"image_portability_workflow is missing: give one of {', '.join(WORKFLOWS)}."]
    wrong = [*_wrong_name(given), *_wrong_source(workflow, given), *_wrong_share(workflow, given)]
    for host, target in targets.items():
        wrong += [f"image_portability_target of {host} {why}" for why in _wrong_target(workflow, target)]
    # The names are made of all these
    wrong = wrong or _too_long(given, targets)
    return wrong + _wrong_catalogs(workflow, targets, catalogs)


def _wrong_name(given: Given) -> list[str]:
    release, image = given("image_portability_release"), given("image_portability_name")
    wrong = []
    if not RELEASE_ID.match(str(release or "")):
        wrong.append(_no_name("image_portability_release", release, "such as 2026.11.20-1", "letter or digit", "+"))
    if not IMAGE.match(str(image or "")):
        wrong.append(_no_name("image_portability_name", image, "such as W11", "letter", "_"))
    return wrong


def _no_name(variable: str, value: Any, example: str, beginning: str, more: str) -> str:
    if value in (None, ""):
        return f"{variable} is missing, {example}."
    return (
        f"{variable} is '{value}': use letters, digits, '.', '-' and '{more}', beginning with a {beginning}, {example}."
    )


def _wrong_source(workflow: str, given: Given) -> list[str]:
    source, unread = _mapping("image_portability_source", given)
    if "export" in stages_of(workflow):
        name = "image_portability_source"
        return unread or [*_lacking(name, source, NEEDED["source"]), *_unknown(name, source, SOURCE_KEYS)]
    if source:
        return [
            f"image_portability_source is for workflows that begin with an export, and {workflow} begins with a vDisk"
            " file: name it as file in image_portability_share."
        ]
    return unread


def _wrong_share(workflow: str, given: Given) -> list[str]:
    name = "image_portability_share"
    share, unread = _mapping(name, given)
    if unread:
        return unread
    wrong = _unreadable(name, share)
    if "export" in stages_of(workflow):
        wrong += _lacking(name, share, NEEDED["share"]) or _wrong_location(name, share)
        if share.get("file"):
            wrong.append(f"{name} names a file, and the export of {workflow} names it after image and release.")
    elif not share.get("file"):
        wrong.append(f"{name} lacks file: the vDisk file that {workflow} begins with, without extension.")
    return wrong


def _unreadable(name: str, share: Entry) -> list[str]:
    told = _secrets(f"{name}.smb", share.get("smb"), "image_portability_smb_account or image_portability_store_account")
    smb = share.get("smb")
    told = told or [*_unknown(name, share, SHARE_KEYS), *_unknown(f"{name}.smb", smb, SMB_KEYS)]
    if told:
        return told
    if bool(share.get("path")) != bool(share.get("smb")):
        return []
    return [f"{name} needs path, where the share is mounted on the controller, or smb, how to reach it: one of them."]


def _secrets(name: str, entry: Any, instead: str) -> list[str]:
    """What logs and facts may hold has no secrets."""
    told = []
    for key in entry if isinstance(entry, Mapping) else ():
        if key in SECRETS:
            told.append(f"{name} holds the secret {key}: put it into {instead}, which is shown nowhere.")
    return told


def _wrong_location(name: str, share: Entry) -> list[str]:
    if LOCATION.match(str(share["location"])):
        return []
    return [f"{name} has the location '{share['location']}', which is not like smb://files.example.com/images/."]


def _wrong_target(workflow: str, target: Any) -> list[str]:
    if not isinstance(target, Mapping) or not target:
        return ["is missing: a dictionary of platform, resource_location_id, credential, upload and prepare."]
    lacking = [f"lacks {key}." for key in not_given(target, NEEDED["target"])]
    platform = target.get("platform")
    may_be: Sequence[str] = CLOUDS if workflow.endswith("_pvs") else PLATFORMS
    if platform and platform not in may_be:
        lacking.append(f"has the platform {platform}, and {workflow} leads to {', '.join(may_be)}.")
    told = _secrets("upload", target.get("upload"), "image_portability_account")
    wrong = [f"is wrong: {text}" for text in told]
    return lacking or wrong or _wrong_publication(workflow, target.get("publish") or {})


def _wrong_publication(workflow: str, publish: Entry) -> list[str]:
    if "publish" not in stages_of(workflow):
        if publish:
            return [f"has publish, and {workflow} publishes nothing."]
        return []
    share = publish.get("share") or {}
    if not share:
        return ["lacks publish: the share that is the store of Citrix Provisioning there, as {share: {location: ...}}."]
    wrong = _lacking("publish.share", share, NEEDED["share"]) or _wrong_location("publish.share", share)
    return [f"is wrong: {text}" for text in wrong + _unreadable("publish.share", share)]


def options_of_jobs(
    workflow: Any, given: Given, targets: Mapping[str, Any], platforms: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """What is wrong with the options of jobs, which would be told after an export and an upload, hours later.
    `platforms` are those of a job, by platform."""
    wrong = []
    if "export" in stages_of(workflow):
        source = mapping(given("image_portability_source", None))
        wrong += _wrong_options(
            "image_portability_source.options", source["platform"], source.get("options"), platforms
        )
    for host, target in targets.items():
        name = f"image_portability_target.prepare of {host}"
        wrong += _wrong_options(name, target["platform"], target.get("prepare"), platforms)
        own = (target.get("publish") or {}).get("options")
        if own:
            name = f"image_portability_target.publish.options of {host}"
            wrong += _wrong_options(name, target["platform"], own, platforms)
    return wrong


def _wrong_options(name: str, platform: str, options: Any, platforms: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if platform not in platforms:
        return [f"{name} cannot be for the platform {platform}: give one of {', '.join(platforms)}."]
    told = refusals("options", options or {}, {"type": "dict", "options": platforms[platform]})
    return [f"{name} is wrong for {platform}: {text}." for text in told]


def _too_long(given: Given, targets: Mapping[str, Entry]) -> list[str]:
    image, release = str(given("image_portability_name")), str(given("image_portability_release"))
    names: set[str] = set()
    for target in targets.values():
        names.update(names_of(image, release, target["platform"]).values())
    longest = max(names, key=len, default="")
    if len(longest) <= LONGEST_NAME:
        return []
    return [
        f"image_portability_name and image_portability_release are too long: '{longest}' has {len(longest)} characters"
        f" of at most {LONGEST_NAME}."
    ]


def _wrong_catalogs(workflow: str, targets: Mapping[str, Any], catalogs: Mapping[str, Sequence[Entry]]) -> list[str]:
    named = [(site, entry) for site, entries in catalogs.items() for entry in entries]
    if named and workflow.endswith("_pvs"):
        return [
            f"{CATALOGS} of {named[0][0]} names catalogs, and {workflow} ends with a vDisk, which MCS catalogs do not"
            " take: empty it."
        ]
    return [text for site, entry in named for text in _wrong_catalog(site, entry, targets)]


def _wrong_catalog(site: str, entry: Entry, targets: Mapping[str, Any]) -> list[str]:
    label, wanted = entry.get("name") or entry.get("id"), entry.get("target")
    if not wanted and len(targets) == 1:
        wanted = next(iter(targets))
    if wanted not in targets:
        if not wanted:
            return [f"{CATALOGS} of {site} gives '{label}' no target."]
        return [
            f"{CATALOGS} of {site} gives '{label}' the target '{wanted}', which is no host of the group {GROUP}."
            f" {near_names(str(wanted), targets)}".rstrip()
        ]
    platform = (targets[str(wanted)] or {}).get("platform")
    if platform in CLOUDS:
        return []
    return [
        f"{CATALOGS} of {site} gives '{label}' the target '{wanted}'. What a prepare leaves on {platform} is no master"
        " image yet: make a VM of it with a snapshot, and use the playbook catalog_rollout."
    ]


def _lacking(name: str, entry: Entry, needed: Sequence[str]) -> list[str]:
    return [f"{name} lacks {key}." for key in not_given(entry, needed)]


def _unknown(name: str, entry: Any, known: Sequence[str]) -> list[str]:
    told = []
    for key in entry if isinstance(entry, Mapping) else ():
        if key not in known:
            told.append(f"{name} has no {key}. {near_names(str(key), known)}".rstrip())
    return told


def _mapping(name: str, given: Given) -> tuple[dict[str, Any], list[str]]:
    try:
        return mapping(given(name, None), name), []
    except Refusal as error:
        return {}, [str(error)]
