# SPDX-License-Identifier: Apache-2.0
"""Where things are, and how the programs in this folder run others. No program by itself."""
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPS = pathlib.Path(os.environ.get("GODWIT_DEPS") or ROOT / ".deps").resolve()
VENV = DEPS / "venv"
VENV_PYTHON = VENV / "bin" / "python3"
NODE_BIN = DEPS / "node" / "bin"
MONGOD = DEPS / "mongod" / "fiftyone" / "db" / "bin" / "mongod"
OLDEST_NODE = (20, 19)

# Settings that steer godwit, migrate-mongo or a test from outside: a run of ours is never to hit the
# database of whoever calls it.
FOREIGN = ["MONGODB_URI", "MONGODB_URL", "MONGO_URL", "NODE_ENV", "GODWIT_URI", "GODWIT_DATABASE",
           "GODWIT_ENV", "NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR"]


def say(text: str) -> None:
    print(text, flush=True)


def give_up(text: str) -> None:
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {text}")


def run(command: list, what: str, **options) -> None:
    """Run a command that has to succeed; `what` says in words what it was for."""
    words = [str(word) for word in command]
    try:
        status = subprocess.run(words, **options).returncode
    except OSError as error:
        give_up(f"{what}: '{words[0]}': {error.strerror}")
    if status != 0:
        give_up(f"{what}: '{shlex.join(words)}' ended with status {status}")


def node_is_new_enough(node: str) -> bool:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    try:
        return tuple(int(part) for part in answer.strip().lstrip("v").split(".")[:2]) >= OLDEST_NODE
    except ValueError:
        return False


def has_own_node() -> bool:
    """Whether PATH brings a Node that will do, with its npm."""
    node = shutil.which("node")
    return bool(node and shutil.which("npm") and node_is_new_enough(node))


def find_mongod() -> str:
    return os.environ.get("GODWIT_MONGOD") or shutil.which("mongod") or str(MONGOD)


def environment() -> dict:
    """What our own programs run with: what tools/setup installed comes first on PATH."""
    env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    first = [str(VENV / "bin")] + ([str(NODE_BIN)] if NODE_BIN.exists() else [])
    env["PATH"] = os.pathsep.join(first + [env.get("PATH", "/usr/bin:/bin")])
    env["GODWIT_DEPS"] = str(DEPS)
    env["GODWIT_MONGOD"] = find_mongod()
    return env
