# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a cluster or site can be asked: log-in, certificate and clock."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import fields_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import (
    Estate,
    Facts,
    ReleaseRequest,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows


def check(rows: Rows, facts: Facts, estate: Estate) -> None:
    """What was told at the first look, and why something could not be read."""
    if facts.get("message"):
        message, advice = fields_of(facts)
        rows.stop("log-in and reads", message or str(facts["message"]), advice)
    endpoint = facts.get("endpoint")
    if endpoint:
        _certificate(rows, endpoint["certificate"], estate.release)
        _clock(rows, endpoint["clock"], estate.release)


def _certificate(rows: Rows, certificate: Facts, release: ReleaseRequest) -> None:
    days, validated = certificate.get("days_left"), certificate.get("validate_certs")
    until = f"valid until {certificate.get('not_after')}"
    if days is not None and days < 0:
        expired = f"expired at {certificate['not_after']}"
        if validated:
            rows.stop("certificate", expired, "Renew it")
        else:
            unseen = f"{expired}, and is not looked at because of validate_certs"
            rows.warn("certificate", unseen, "Renew it and set validate_certs")
    elif not certificate["trusted"]:
        doubted = f"not trusted: {certificate['refusal']}"
        if validated:
            advice = "Give the issuing CA with ca_path, or check that the address is the right one"
            rows.stop("certificate", doubted, advice)
        else:
            rows.warn(
                "certificate", f"{doubted}, and secrets are sent nevertheless", "Give the issuing CA with ca_path"
            )
    elif days is None:
        rows.warn("certificate", "its end cannot be read", "Look at it by hand")
    elif days < release.certificate_days:
        rows.warn("certificate", f"{until}, {days} days", "Renew it")
    else:
        rows.ok("certificate", until)


def _clock(rows: Rows, clock: Facts, release: ReleaseRequest) -> None:
    skew = clock.get("skew_seconds")
    if skew is None:
        rows.warn("clock", "the endpoint does not tell its time", "Check its time source by hand")
        return
    deviation = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this controller"
    advice = "Check the time source (NTP) of both; tokens, retention and schedules depend on it"
    if abs(skew) > release.clock_stop:
        rows.stop("clock", deviation, advice)
    elif abs(skew) > release.clock_warning:
        rows.warn("clock", deviation, advice)
    else:
        rows.ok("clock", f"{deviation}, answers in {clock.get('round_trip_ms')} ms")
