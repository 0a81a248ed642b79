# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site: the guides of docs/, a page for each playbook from its head, and the reference that
antsibull-docs makes of modules, roles and plugins. Every warning of Sphinx ends the build."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

CHECKOUT = Path(__file__).resolve().parents[1]
DOCS = CHECKOUT / "docs"
SITE = CHECKOUT / ".site"
SOURCE = SITE / "source"
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(#[^)]*)?\)")


def links_of(page: Path, repository: str) -> Callable[[re.Match[str]], str]:
    """What turns a link of a guide into one of the site, or into one of the repository for what is no page."""

    def replaced(link: re.Match[str]) -> str:
        target = (page.parent / link[1]).resolve().relative_to(CHECKOUT)
        chapter = link[2] or ""
        if target.parent.name == "playbooks":
            return f"](../playbooks/{target.stem}.md{chapter})"
        if target.suffix != ".md" or target.parts[0] != "docs":
            return f"]({repository}/blob/main/{target}{chapter})"
        room = "contracts" if target.parent.name == "contracts" else "guides"
        name = "index" if target.stem == "README" else target.stem
        return f"](../{room}/{name}.md{chapter})"

    return replaced


def write_guides(repository: str) -> None:
    """Copy the pages of docs/ and of docs/contracts/ with their links."""
    for room, pages in (("guides", DOCS.glob("*.md")), ("contracts", DOCS.glob("contracts/*.md"))):
        for page in sorted(pages):
            text = LINK.sub(links_of(page, repository), page.read_text(encoding="utf-8"))
            name = "index" if page.stem == "README" else page.stem
            _write(SOURCE / room / f"{name}.md", text)
    contracts = sorted(page.stem for page in DOCS.glob("contracts/*.md") if page.stem != "README")
    index = SOURCE / "contracts/index.md"
    _write(index, index.read_text(encoding="utf-8") + _toctree(contracts))


def write_playbooks(repository: str) -> None:
    """A page for each playbook: what its head says, commands as blocks, and the roles that tell its variables."""
    names, rows = [], ["# Playbooks\n", "| playbook | what it does |", "| --- | --- |"]
    for playbook in sorted(CHECKOUT.glob("playbooks/*.yml")):
        name, head = playbook.stem, text_of_head(playbook)
        names.append(name)
        rows.append(f"| [{name}]({name}.md) | {head.partition(chr(10))[0]} |")
        roles = sorted(set(re.findall(r"name: euc\.nutanix_citrix\.(\w+)\n", playbook.read_text(encoding="utf-8"))))
        links = ", ".join(f"{{doc}}`{role} <../reference/{role}_role>`" for role in roles)
        source = f"[source]({repository}/blob/main/playbooks/{playbook.name})"
        _write(SOURCE / f"playbooks/{name}.md", f"# {name}\n\n{head}\n\nVariables: {links or 'above'}. The {source}.\n")
    _write(SOURCE / "playbooks/index.md", "\n".join(rows) + "\n" + _toctree(names).replace(":maxdepth: 1", ":hidden:"))


def text_of_head(playbook: Path) -> str:
    """The comment at the head of a playbook as Markdown: what is indented in it is a block as typed."""
    lines = playbook.read_text(encoding="utf-8").splitlines()[1:]
    head = []
    for line in lines:
        if not line.startswith("#"):
            break
        text = line[2:]
        # In Markdown a block is indented by four, and an empty line stands before it
        block = text.startswith("  ")
        if block and head and head[-1] and not head[-1].startswith("    "):
            head.append("")
        head.append(f"    {text.strip()}" if block else text)
    return "\n".join(head)


def _toctree(names: list[str]) -> str:
    return "\n```{toctree}\n:maxdepth: 1\n\n" + "\n".join(names) + "\n```\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main() -> int:
    """Build the site into .site/html; return the exit status of the tool that failed, or 0."""
    repository = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))["repository"]
    shutil.rmtree(SITE, ignore_errors=True)
    reference = SOURCE / "reference"
    # antsibull-docs writes only where nobody else may
    reference.mkdir(parents=True, mode=0o700)
    bins = Path(sys.executable).parent
    antsibull = [bins / "antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--fail-on-error"]
    made = subprocess.run([*antsibull, "--dest-dir", reference, "euc.nutanix_citrix"], check=False)
    if made.returncode:
        return made.returncode
    write_guides(repository)
    write_playbooks(repository)
    shutil.copy(DOCS / "docsite/index.md", SOURCE / "index.md")
    sphinx = [bins / "sphinx-build", "-q", "-W", "--keep-going", "-j", "2", "-c", DOCS / "docsite"]
    return subprocess.run([*sphinx, SOURCE, SITE / "html"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
