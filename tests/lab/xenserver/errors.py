# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How XAPI says no: a code and its parameters (contract xenserver 6)."""

from __future__ import annotations

from lab.work import Failure

# Numbers of a storage driver that have codes of their own (contract xenserver addition B)
MAPPED = {16: "SR_DEVICE_IN_USE", 24: "VDI_IN_USE", 38: "SR_OPERATION_NOT_SUPPORTED", 39: "SR_NOT_EMPTY"}


class XapiFailure(Failure):
    """An answer ``Failure`` with its ``ErrorDescription``. With ``violation`` it is recorded as something that the
    contract does not know."""

    def __init__(self, code: str, *parameters: str, violation: str | None = None) -> None:
        super().__init__(f"{code} {list(parameters)}")
        self.description = [code, *parameters]
        self.violation = violation

    @property
    def code(self) -> str:
        """What went wrong."""
        return self.description[0]


def backend_failure(number: int, reason: str, *mapped_parameters: str, errors: str = "") -> XapiFailure:
    """What the client gets when a storage driver fails (contract xenserver addition B)."""
    if number in MAPPED:
        return XapiFailure(MAPPED[number], *mapped_parameters)
    return XapiFailure(f"SR_BACKEND_FAILURE_{number}", "", reason, errors)
