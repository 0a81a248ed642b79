# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes from outside: what POST /lab/objects may order of a product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from lab.schema import problem_with
from lab.setting import Setting
from lab.switches import Switch, schema
from lab.wire import Refusal

Product = TypeVar("Product", bound=Setting)
Payload = Mapping[str, Any]
Change = Callable[[Any, Payload], "dict[str, Any] | None"]


class Changes(Generic[Product]):
    """The kinds of change that one product knows, each with what such an order may say. All know their switches and
    durations."""

    def __init__(self, product: str, switches: Mapping[str, Switch], durations: Mapping[str, float]) -> None:
        self._product = product
        self._changes: dict[str, tuple[Any, Change]] = {}
        self.kind("behaviour", schema(switches))(lambda setting, payload: setting.behaviour.update(payload))
        self.kind("durations", dict.fromkeys(durations, float))(
            lambda setting, payload: setting.durations.update(payload)
        )

    @property
    def shapes(self) -> dict[str, Any]:
        """What an order of each kind may say."""
        return {kind: shape for kind, (shape, _change) in self._changes.items()}

    def kind(self, kind: str, shape: Any) -> Callable[[Change], Change]:
        """Register what carries out an order of a kind; it answers what it made, if anything."""

        def register(change: Change) -> Change:
            self._changes[kind] = (shape, change)
            return change

        return register

    def carry_out(self, product: Product, kind: str, payload: Payload) -> dict[str, Any]:
        """Carry out one order; ValueError says what is wrong with it."""
        if kind not in self._changes:
            raise ValueError(f"{self._product} knows no change of kind {kind!r}, only {', '.join(self._changes)}")
        shape, change = self._changes[kind]
        problem = problem_with(payload, shape, kind)
        if problem:
            raise ValueError(problem)
        try:
            return change(product, payload) or {}
        except Refusal as refusal:
            raise ValueError(str(refusal)) from refusal


def the_only(found: list[Any], what: str, wanted: str) -> Any:
    """Return what an order names; ValueError when several things or none are called so."""
    if len(found) != 1:
        raise ValueError(f"{len(found)} {what} are called {wanted!r}")
    return found[0]
