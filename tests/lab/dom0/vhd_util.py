# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for ``vhd-util`` that works on real files, with its output and exit codes (contract xenserver 4)."""

from __future__ import annotations

import argparse
import glob
import sys
from pathlib import Path

from lab.xenserver.state import vhd
from lab.xenserver.state.vhd import BadVhd, Vhd

NOT_FOUND, INVALID = 2, 22
MIB = 1024 * 1024
LARGEST_MIB = 2040 * 1024


class Trouble(Exception):
    """An exit code, and what is printed before."""

    def __init__(self, code: int, text: str = "") -> None:
        super().__init__(text)
        self.code = code


def main(arguments: list[str]) -> int:
    """Run one command; return the exit code, which is an errno."""
    commands = {"query": query, "set": set_field, "check": check, "scan": scan, "key": key}
    if not arguments or arguments[0] not in commands:
        print(f"invalid command {arguments[:1]}; known here: {', '.join(commands)}")
        return INVALID
    try:
        return commands[arguments[0]](arguments[1:])
    except Trouble as trouble:
        if str(trouble):
            print(trouble)
        return trouble.code


def _options(name: str, flags: str, values: str, arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"vhd-util {name}", add_help=False)
    for flag in flags:
        parser.add_argument(f"-{flag}", action="store_true", dest=f"{flag}_" if flag.isupper() else flag)
    for value in values:
        parser.add_argument(f"-{value}")
    return parser.parse_args(arguments)


def _opened(path: Path) -> Vhd:
    try:
        return vhd.read(path)
    except FileNotFoundError:
        raise Trouble(NOT_FOUND, f"error opening {path}: -{NOT_FOUND}") from None
    except BadVhd:
        raise Trouble(INVALID, f"error opening {path}: -{INVALID}") from None


def query(arguments: list[str]) -> int:
    """One line for each asked item, in an order of its own."""
    asked = _options("query", "vspfmdaSu", "n", arguments)
    file = _opened(Path(asked.n))
    if asked.v:
        print(file.size // MIB)
    if asked.s:
        print(file.file_size)
    if asked.p:
        _print_parent(file, asked.u)
    if asked.f:
        print(f"hidden: {int(file.hidden)}")
    if asked.m:
        print("marker: 0")
    if asked.d:
        print(f"chain depth: {_depth(file)}")
    if asked.a:
        print(file.blocks)
    if asked.S_:
        print(LARGEST_MIB)
    return 0


def _print_parent(file: Vhd, unresolved: bool) -> None:
    if file.parent is None:
        print(f"{file.path} has no parent")
        return
    if unresolved:
        print(file.parent)
        return
    parent = file.path.with_name(file.parent)
    if not parent.exists():
        raise Trouble(NOT_FOUND, "query failed")
    print(parent.absolute())


def _depth(file: Vhd) -> int:
    try:
        return len(vhd.chain_of(file.path))
    except BadVhd:
        raise Trouble(NOT_FOUND, "query failed") from None


def set_field(arguments: list[str]) -> int:
    """Only ``hidden``, of the two fields that there are."""
    asked = _options("set", "", "nfv", arguments)
    if asked.f != "hidden":
        raise Trouble(INVALID, f"invalid field {asked.f}")
    _opened(Path(asked.n))
    if not asked.v.isdigit() or not 0 <= int(asked.v) <= 255:
        raise Trouble(INVALID)
    vhd.set_hidden(Path(asked.n), int(asked.v))
    return 0


def key(arguments: list[str]) -> int:
    """The nonce and the hash of the key that a file needs (contract xenserver 4, trap 23)."""
    asked = _options("key", "p", "n", arguments)
    if not asked.p:
        raise Trouble(INVALID, "only -p is known here")
    found = _opened(Path(asked.n)).key_hash
    print(f"{found[:32].hex()} {found[32:].hex()}" if found else "none")
    return 0


def check(arguments: list[str]) -> int:
    """The only command that finds a file whose end is missing."""
    asked = _options("check", "iItpbBs", "n", arguments)
    path = Path(asked.n)
    file = _opened(path)
    if file.kind == vhd.FIXED:
        return 0
    problem = vhd.problem_with(path)
    if not problem:
        print(f"{path} is valid")
        return 0
    code = NOT_FOUND if problem == "parent is missing" else INVALID
    raise Trouble(code, f"{problem}\n{path} appears invalid; dumping metadata")


def scan(arguments: list[str]) -> int:
    """A line for each file; one that cannot be read makes all of it fail, unless told to go on."""
    asked = _options("scan", "fc", "m", arguments)
    failed = False
    for name in sorted(glob.glob(asked.m)):
        try:
            file = vhd.read(Path(name))
        except BadVhd:
            file = None
        if file is None or file.kind == vhd.FIXED:
            print(f"vhd={name} scan-error=-{INVALID} error-message='opening file'")
            failed = True
            continue
        told = f"capacity={file.size} size={file.file_size} hidden={int(file.hidden)} parent={file.parent or 'none'}"
        print(f"vhd={name} {told}")
    return INVALID if failed and not asked.c else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
