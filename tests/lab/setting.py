# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every simulated product stands on: its part of the topology, simulated time, chance, switches and durations."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lab.clock import Event, Events
from lab.switches import Switch, defaults


class Setting:
    """The ground under one simulated product; its parts are handed this and not the product.

    ``spec``: its entry in the topology. ``outcome``: what a fault rule ordained for the request that is being
    answered.
    """

    def __init__(
        self,
        spec: Mapping[str, Any],
        events: Events,
        topology: Mapping[str, Any],
        switches: Mapping[str, Switch],
        durations: Mapping[str, float],
    ) -> None:
        self.spec = spec
        self.name: str = spec["name"]
        self.events = events
        self.clock = events.clock
        self.behaviour: dict[str, Any] = {**defaults(switches), **spec.get("behaviour", {})}
        common = {key: value for key, value in topology["durations"].items() if key in durations}
        self.durations: dict[str, float] = {**durations, **common, **spec.get("durations", {})}
        self.chance = random.Random(f"{topology['seed']}:{self.name}")
        self.outcome: Mapping[str, Any] = {}
        self._seed = topology["seed"]

    def new_id(self) -> str:
        """Return a new random UUID, the same ones in the same order in every run of one topology."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def generated_secret(self, what: str) -> str:
        """Return a password that stays the same for this seed and name, whatever else the topology says."""
        return f"{random.Random(f'{self._seed}:{self.name}:{what}').getrandbits(64):016x}"

    def after(self, duration: str, action: Callable[[], object]) -> Event:
        """Let something happen when one of the durations is over."""
        return self.events.after(self.durations[duration], action)

    @contextmanager
    def ordained(self, outcome: Mapping[str, Any]) -> Iterator[None]:
        """Remember what a fault rule ordained while a request is answered; what begins then takes it along."""
        before, self.outcome = self.outcome, outcome
        try:
            yield
        finally:
            self.outcome = before
