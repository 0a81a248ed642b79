# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of modules, read into records: all that the report takes from them goes through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import fields_of, options_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import MIGRATED, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.role_options import with_variables

NO_VARIABLES: Mapping[str, str] = MappingProxyType({})
NAMES = ("name", "machine", "vm_name", "vm", "uuid", "id")
REASONS = ("msg", "message", "reason", "why", "error")
AGAIN = "Mend the cause and run the same command again: it does the rest and nothing else."
THEN_AGAIN = "Then run the same command again: it does the rest and nothing else."
# A row has room for so much.
BRIEF = 110


@dataclass(frozen=True)
class Reason:
    """Why something failed, and what to do about it. What comes without fields is told whole. `refused_by` is the
    endpoint that refused a log-in."""

    message: str
    advice: str = AGAIN
    refused_by: str = ""

    @classmethod
    def of(cls, value: Any, variables: Mapping[str, str] = NO_VARIABLES) -> Reason:
        """Of a result, an entry of a list, or {message, error}; without a message where none is told. `variables` are
        those of the role that set the options of the module."""
        if not isinstance(value, Mapping):
            return cls("")
        message, advice = fields_of(value)
        texts = map(value.get, REASONS)
        message = message or next((str(text) for text in texts if text and not isinstance(text, Mapping)), "")
        refused_by = str(value.get("log_in_refused_by") or "")
        if not advice:
            return cls(message.rstrip("."), refused_by=refused_by)
        advice = with_variables(advice, options_of(value), variables)
        return cls(message.rstrip("."), f"{advice.rstrip('.')}. {THEN_AGAIN}", refused_by)

    @property
    def brief(self) -> str:
        """The message, cut to what a row has room for."""
        if len(self.message) <= BRIEF:
            return self.message
        return f"{self.message[: BRIEF - 4].rstrip()} ..."

    @property
    def because(self) -> str:
        """': no memory', or nothing."""
        if self.message:
            return f": {self.message}"
        return ""

    def or_else(self, message: str) -> Reason:
        """This one, or this message where none is told."""
        if self.message:
            return self
        return Reason(message)


@dataclass(frozen=True)
class Item:
    """A machine, VM, clone or catalog in a list of a result. Some lists hold bare names."""

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any) -> Item:
        """Of an entry of a list."""
        if not isinstance(value, Mapping):
            return cls(str(value))
        return cls(str(next((value[name] for name in NAMES if value.get(name)), "?")), value)

    def text(self, name: str) -> str:
        """One of its facts, '' when it is not told."""
        return str(self.facts.get(name) or "")

    @property
    def key(self) -> str:
        """What it is told from others by."""
        return (self.text("id") or self.text("uuid") or self.name).casefold()

    @property
    def keys(self) -> frozenset[str]:
        """All that a list may call it by."""
        return frozenset((self.key, self.name.casefold()))

    @property
    def reason(self) -> Reason:
        """What is told of its failure."""
        return Reason.of(self.facts)

    @property
    def catalog(self) -> str:
        """The id of its catalog, or else the name."""
        return self.text("catalog_id") or self.text("catalog")

    @property
    def hosting(self) -> str:
        """'AHV-A / uuid'"""
        return " / ".join(filter(None, (self.text("hypervisor_connection"), self.text("hosted_machine_id"))))

    @property
    def vm(self) -> str:
        """'W11-1 on cluster-b'"""
        vm, cluster = self.text("vm_name"), self.text("cluster")
        if vm and cluster:
            return f"{vm} on {cluster}"
        return vm

    @property
    def as_vm(self) -> str:
        """'W11-1 (uuid) on cluster-b'"""
        words, uuid, cluster = self.name, self.text("uuid"), self.text("cluster")
        if uuid not in ("", self.name):
            words += f" ({uuid})"
        if cluster:
            words += f" on {cluster}"
        return words


@dataclass(frozen=True)
class Part:
    """What a task told of its work; false when nobody heard of it. `variables` are those of the role that set the
    options of the module."""

    facts: Result
    variables: Mapping[str, str] = NO_VARIABLES

    @classmethod
    def of(cls, value: Any, variables: Mapping[str, str] = NO_VARIABLES) -> Part:
        """Of a result, or of what stands in its place when there is none."""
        if isinstance(value, Mapping):
            return cls(value, variables)
        return cls({}, variables)

    @classmethod
    def all(cls, value: Any, variables: Mapping[str, str] = NO_VARIABLES) -> list[Part]:
        """The results in a result, a list of results, or what a loop registered."""
        results = value
        if isinstance(value, Mapping):
            results = value.get("results")
            if not isinstance(results, list):
                results = [value]
        if not isinstance(results, list):
            return []
        return [cls(result, variables) for result in results if isinstance(result, Mapping) and result]

    def __bool__(self) -> bool:
        return bool(self.facts)

    def items(self, name: str) -> list[Item]:
        """A list of the result, empty when it has none of that name."""
        entries = self.facts.get(name)
        if isinstance(entries, list):
            return list(map(Item.of, entries))
        return []

    def names(self, name: str) -> list[str]:
        """The names in a list of the result."""
        return [item.name for item in self.items(name)]

    @property
    def failures(self) -> list[Item]:
        """What the task could not do."""
        return self.items("failures")

    @property
    def skipped(self) -> bool:
        """Whether it was left out on purpose."""
        return self.facts.get("skipped") is True

    @property
    def failed(self) -> bool:
        """A module may also list what failed under this name. A task that must not fail (failed_when) keeps its
        message."""
        is_tolerated = (
            self.facts.get("failed_when_result") is False and bool(self.facts.get("msg")) and not self.skipped
        )
        return self.facts.get("failed") is True or is_tolerated

    @property
    def changed(self) -> bool:
        """Whether it did something, or would."""
        return bool(self.facts.get("changed"))

    @property
    def only_planned(self) -> bool:
        """Whether it says what it would do: one that did something tells when."""
        return self.changed and not self.facts.get("timeline")

    @property
    def state(self) -> str:
        """The state that was asked for."""
        return str(self.facts.get("state") or "")

    @property
    def reason(self) -> Reason:
        """Why it failed."""
        return Reason.of(self.facts, self.variables)

    @property
    def data_age_seconds(self) -> float | None:
        """How old the data is that came up, None when that is not known."""
        age = self.facts.get("data_age_seconds")
        if isinstance(age, (int, float)) and not isinstance(age, bool):
            return age
        return None

    @property
    def lost_nothing(self) -> bool:
        """A migration takes everything along."""
        return self.state == MIGRATED and self.changed
