# SPDX-License-Identifier: Apache-2.0
"""What the tests that kill at random moments share: options, the seed, what became of each kill."""
import argparse
import collections
import concurrent.futures
import pathlib
import random
import sys
import traceback


def options(description, kills):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**9)))
    parser.add_argument("--only", type=int)
    return parser.parse_args()


def judge(wanted, kill_one, survived, middle, at_once=1):
    """Kill as often as is wanted, tell of it, and exit. `kill_one(seed, number)` answers what was killed and how it was
    found; `survived` ends the sentence on all of them; `middle` is how those are found that came in the middle, and the
    sentence on them."""

    def attempt(number):
        try:
            return kill_one(wanted.seed, number), None
        except Exception:
            return None, f"{pathlib.Path(sys.argv[0]).name} --seed {wanted.seed} --only {number}\n{traceback.format_exc()}"

    numbers = [wanted.only] if wanted.only is not None else list(range(wanted.kills))
    ends, failures = collections.Counter(), []
    print("1..2", flush=True)
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        for end, failure in pool.map(attempt, numbers):
            ends[end] += 1
            failures += [failure] if failure else []
            for line in (failure or "").splitlines():
                print(f"# {line}", file=sys.stderr)
    told = ", ".join(f"{count} x {' '.join(end)}" for end, count in sorted(ends.items(), key=str) if end)
    print(f"# seed {wanted.seed}: {told}")
    print(f"{'not ok' if failures else 'ok'} 1 - {len(numbers)} kills are {survived}")
    half = sum(count for end, count in ends.items() if end and end[1] == middle[0])
    is_fair = wanted.only is not None or half * 4 >= len(numbers)
    print(f"{'ok' if is_fair else 'not ok'} 2 - {middle[1]} ({half})")
    sys.exit(1 if failures or not is_fair else 0)
