# SPDX-License-Identifier: Apache-2.0
"""Waiting for something that a test can ask for, and never for a time."""
import time

PATIENCE_S = 60


def wait_until(is_so, what):
    """What `is_so` answered, once that is true."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = is_so()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"{what} did not come about"
