# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fault rules: which requests go wrong, and how."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from lab.schema import problem_with, required
from lab.wire import Request

RULE = {
    "endpoint": str,
    "method": str,
    "path": str,
    "nth": int,
    "share": float,
    "times": int,
    "then": required(
        {
            "status": int,
            "body": object,
            "headers": object,
            "delay": float,
            "drop": {"before", "after"},
            "fail_task": str,
            "job_status": str,
            "garbage": str,
            "effect": bool,
            "takes_effect": bool,
            "expire_token": bool,
            "kill": int,
            "kill_alone": int,
            "time_scale": float,
        }
    ),
}
OUTCOMES = ("fail_task", "job_status", "expire_token")


@dataclass
class Rule:
    """One rule and how often it was met (``hits``) and carried out (``fired``)."""

    id: int
    spec: dict[str, Any]
    chance: random.Random
    hits: int = 0
    fired: int = 0

    @property
    def then(self) -> dict[str, Any]:
        """What happens."""
        return self.spec["then"]

    @property
    def outcome(self) -> dict[str, Any]:
        """The part of it that the product itself carries out."""
        return {key: self.then[key] for key in OUTCOMES if key in self.then}

    def fits(self, endpoint: str, method: str, address: str) -> bool:
        """Tell whether it is about such a request."""
        return (
            fnmatchcase(endpoint, self.spec.get("endpoint", "*"))
            and self.spec.get("method", method).upper() == method
            and re.search(self.spec.get("path", ""), address) is not None
        )

    def fires(self) -> bool:
        """Count a hit and tell whether this one goes wrong."""
        self.hits += 1
        if "nth" in self.spec and self.hits < self.spec["nth"]:
            return False
        if self.fired >= self.spec.get("times", 1 if "nth" in self.spec else self.hits):
            return False
        if "share" in self.spec and self.chance.random() >= self.spec["share"]:
            return False
        self.fired += 1
        return True

    def as_dict(self) -> dict[str, Any]:
        """Return the rule as GET /lab/faults shows it."""
        return {"id": self.id, **self.spec, "hits": self.hits, "fired": self.fired}


class Faults:
    """All rules in force; the first that fits and fires decides."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed
        self._rules: list[Rule] = []
        self._last_id = 0

    def add(self, spec: dict[str, Any]) -> Rule:
        """Put a rule in force; ValueError says what is wrong with it."""
        problem = problem_with(spec, RULE, "rule")
        if problem:
            raise ValueError(problem)
        if spec["then"].get("effect") and not {"status", "garbage"} & spec["then"].keys():
            raise ValueError("rule.then.effect needs a status or garbage to answer instead")
        if not spec["then"]:
            raise ValueError("rule.then is empty")
        if "takes_effect" in spec["then"] and not {"status", "garbage"} & set(spec["then"]):
            raise ValueError("rule.then.takes_effect stands beside status or garbage only")
        try:
            re.compile(spec.get("path", ""))
        except re.error as error:
            raise ValueError(f"rule.path is no regular expression: {error}") from error
        self._last_id += 1
        rule = Rule(self._last_id, spec, random.Random(f"{self._seed}:{self._last_id}"))
        self._rules.append(rule)
        return rule

    def clear(self) -> int:
        """Lift all rules; return how many there were."""
        count = len(self._rules)
        self._rules.clear()
        return count

    def rules(self) -> list[dict[str, Any]]:
        """List the rules in force."""
        return [rule.as_dict() for rule in self._rules]

    def strike(self, request: Request) -> Rule | None:
        """Return the rule that makes this request go wrong."""
        if not self._rules:
            return None
        address = request.path
        if request.query:
            address += "?" + "&".join(f"{name}={value}" for name, values in request.query.items() for value in values)
        for rule in self._rules:
            if rule.fits(request.endpoint, request.method, address) and rule.fires():
                return rule
        return None
