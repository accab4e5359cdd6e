"""The literacy screen under three pessimistic error models: `python -m benchmarks.literacy`.

Simulation of assumptions: nothing here is measured on people. Its figures: docs/literacy.md.
"""

import argparse
import tomllib

from scoring.literacy import Ladders, LiteracyClass
from scoring.literacy_simulation import KINDS, Errors, Outcomes, pass_rate, simulate
from testing.literacy import rules

SEED = 20261121


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1000)
    parser.add_argument("--primary", type=int, default=20000, help="primary persons, pass rate")
    given = parser.parse_args()
    ladders = Ladders.from_table(tomllib.loads(rules.FILE.read_text(encoding="utf-8")))
    print(f"Simulation of assumptions. Rules {ladders.version}, seed {SEED}.\n")
    for errors in Errors:
        found = [
            simulate(kind, errors, ladders, persons=given.persons, seed=SEED) for kind in KINDS
        ]
        print(f"## {errors.value}\n")
        print("| true class | passes | classed right | called literate | min | p90 | deep |")
        print("|---|---|---|---|---|---|---|")
        for one in found:
            print(row(one))
        needing = [one for one in found if one.kind is not LiteracyClass.LITERATE]
        sensitivity = 1 - sum(one.called_literate for one in needing) / len(needing)
        print(f"\nsensitivity {sensitivity:.3f}, specificity {found[-1].called_literate:.3f}\n")
    for errors in Errors:
        one = simulate(
            LiteracyClass.PRIMARY_ILLITERATE, errors, ladders, persons=given.primary, seed=SEED + 1
        )
        print(f"{errors.value}: {one.passed} of {one.persons} primary persons pass")
    for mastery in (0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.99):
        share = pass_rate(mastery, ladders, persons=given.persons, seed=SEED)
        print(f"reads a known word with probability {mastery}: {share:.3f} pass")


def row(one: Outcomes) -> str:
    return (
        f"| {one.kind.value} | {one.passed} | {one.right:.3f} | {one.called_literate:.3f} "
        f"| {one.minutes_median:.1f} | {one.minutes_p90:.1f} | {one.deep_minutes_median:.1f} |"
    )


if __name__ == "__main__":
    main()
