# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The overview of an estate as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.estate.overview import next_certificate
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.estate import (
    JOBS,
    UNKNOWN,
    age_words,
    image_words,
    machine_words,
    protection_words,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.chart import Figure, Verdict
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.render import (
    counted,
    one_or_many,
    render,
    sections,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.summary import ending

HEADINGS = {
    "unknown": "What is not known",
    "cares": "To look after",
    "catalogs": "Catalogs",
    "endpoints": "Endpoints and certificates",
    "retention": "What retention would do",
    "last": "Last jobs",
}
KINDS = {"prism_element": "Prism Element", "prism_central": "Prism Central", "citrix_site": "Citrix site"}


def estate_page(report: Mapping[str, Any], template: str | None = None) -> str:
    """`report` is what estate_report writes as JSON, `template` the path of a user's own."""
    return render("estate.html.j2", template, view(report))


def view(report: Mapping[str, Any]) -> dict[str, Any]:
    """What a template is given."""
    verdict = _verdict(report)
    parts = {
        "unknown": report["unknown"],
        "cares": report["cares"],
        "catalogs": list(map(_catalog, report["catalogs"])),
        "endpoints": list(map(_endpoint, report["endpoints"])),
        "retention": report["retention"],
        "last": [(title, _job(report["last"][kind], report["directory"])) for kind, title in JOBS.items()],
    }
    return {
        "report": report,
        "module": "estate_report",
        "title": f"Estate: {verdict.words}",
        "eyebrow": "Estate",
        "name": counted(len(report["catalogs"]), "catalog"),
        "id": f"on {counted(len({each['site'] for each in report['catalogs']}), 'site')}",
        "verdict": verdict,
        "figures": _figures(report),
        "finished": parse_moment(report["written"]),
        "colours": {},
        "sections": sections(HEADINGS, parts),
        **parts,
    }


def _verdict(report: Mapping[str, Any]) -> Verdict:
    unknown, cares = len(report["unknown"]), len(report["cares"])
    if unknown:
        things = one_or_many(unknown, "thing is", "things are")
        return Verdict("bad", "Not everything is known.", f"{things} unknown, and named below.")
    if cares:
        things = one_or_many(cares, "thing needs", "things need")
        return Verdict("plan", "Everything was read.", f"{things} somebody's attention.")
    return Verdict("good", "Everything was read.", "Nothing needs attention.")


def _figures(report: Mapping[str, Any]) -> list[Figure]:
    catalogs, certificate = report["catalogs"], next_certificate(report["endpoints"])
    current, machines = 0, 0
    for each in catalogs:
        if each["machines_up_to_date"] is not None:
            current += each["machines_up_to_date"]
            machines += each["machines"]
    verified_flags = [each["verified"] for each in catalogs if each["image"]]
    figures = [
        Figure(sum(verified_flags), "catalogs on a verified image of a release", f" of {len(verified_flags)} "),
        Figure(current, "machines run the image of their catalog", f" of {machines} "),
        Figure(sum(each["sessions"] for each in catalogs), "sessions"),
    ]
    if certificate:
        days = certificate["certificate_days"]
        figures.append(Figure(days, f"until the certificate of {certificate['host']} expires", " days "))
    return figures


def _catalog(catalog: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": catalog["catalog"],
        "site": catalog["site"],
        "image": catalog["image"],
        "release": image_words(catalog),
        # Whether the name of the image says that it is of a release
        "claims": bool(catalog["release"]),
        "verified": catalog["verified"],
        "age": _age(age_words(catalog)),
        "machines": machine_words(catalog),
        "sessions": counted(catalog["sessions"], "session"),
        "protection": protection_words(catalog["protection"]),
        "safe": catalog["protection"]["state"] in ("protected", "not needed", "no machines"),
    }


def _age(words: str) -> str:
    if words == UNKNOWN:
        return "age unknown"
    if words:
        return f"{words} old"
    return ""


def _endpoint(endpoint: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "host": endpoint["host"],
        "kind": KINDS[endpoint["kind"]],
        "heard": endpoint["heard"],
        "message": endpoint["message"],
        "certificate": _certificate(endpoint),
        "expires": parse_moment(endpoint["certificate_expires"]),
    }


def _certificate(endpoint: Mapping[str, Any]) -> str:
    days = endpoint["certificate_days"]
    if days is None:
        return "unknown"
    if endpoint["certificate_trusted"]:
        return f"{days} days left"
    return f"{days} days left, not trusted"


def _job(job: Mapping[str, Any] | None, directory: str) -> dict[str, Any]:
    if job is None:
        words = "none in the reports" if directory else "unknown: no directory of reports is given"
        return {"words": words, "good": False, "finished": None, "file": ""}
    words = f"{job['id']}, {ending(job)}"
    return {"words": words, "good": job["complete"], "finished": parse_moment(job["finished"]), "file": job["file"]}
