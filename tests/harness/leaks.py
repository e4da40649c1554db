# SPDX-License-Identifier: Apache-2.0
"""Find processes that tests left behind: orphans come to us, the runner, instead of to init."""
import ctypes
import os
import pathlib
import signal

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "becoming the reaper of orphans")


def parents() -> dict:
    """Each living process and its parent."""
    found = {}
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            if fields[0] != "Z":
                found[int(folder.name)] = int(fields[1])
    return found


def describe(pid: int) -> str:
    proc = pathlib.Path("/proc") / str(pid)
    try:
        command = (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        settings = (proc / "environ").read_bytes().split(b"\0")
    except OSError:
        return f"process {pid}"
    test = next((line[12:].decode() for line in settings if line.startswith(b"GODWIT_TEST=")), "?")
    return f"process {pid} of {test}: {command[:120].strip()}"


def end_leaked(known: set) -> list:
    """End all of our descendants but the `known` ones; say which they were."""
    tree = parents()
    family = [os.getpid()]
    for pid in family:
        family += [child for child, parent in tree.items() if parent == pid and child not in known]
    leaked = [describe(pid) for pid in family[1:]]
    for pid in family[1:]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return leaked
