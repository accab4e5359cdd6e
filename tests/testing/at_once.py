"""Several things in the same instant: what two people do who do not know of each other."""

import threading
from collections.abc import Callable
from typing import Any


def at_the_same_moment(*works: Callable[[], Any]) -> list[Any]:
    """What each work returned or raised; they begin together."""
    start, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number, work):
        start.wait()
        try:
            results[number] = work()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
