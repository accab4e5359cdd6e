"""`standard borderline`, `contrasting` and `blind`: cuts from people whose level somebody gave."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from scoring.standard_setting import (
    NoCut,
    agreement_with_levels,
    borderline_group,
    contrasting_groups,
    cuts_from_levels,
)
from testing.measurement.item_files import read_standard
from testing.measurement.standard_files import finish, placed, read_panel
from testing.measurement.tables import refuse

COLUMNS = ("person", "level")


def run_borderline(
    panel: Path, ability: Path, out: Path, levels: str | None, as_json: bool
) -> None:
    """STANDARD from people judged to stand just where a level begins."""
    found = read_panel(panel, COLUMNS, levels, borders=True)
    people = placed(found, ability)
    names = [level for level in found.scale if level in people.levels]
    cuts = []
    for level in names:
        try:
            cuts.append(borderline_group(people.at(level)))
        except NoCut as problem:
            refuse(panel, f"expected a group at the border of {level}: {problem}", column="level")
    finish(
        found,
        out,
        as_json,
        "borderline",
        names,
        np.array([cut.theta for cut in cuts]),
        np.diag([cut.se**2 for cut in cuts]),
        [{"sd": cut.sd, "n": len(cut.by_judge)} for cut in cuts],
        {"people": people.to_record()},
    )


def run_contrasting(
    panel: Path, ability: Path, out: Path, levels: str | None, as_json: bool
) -> None:
    """STANDARD from people sorted into levels: where two neighbouring groups part."""
    found = read_panel(panel, COLUMNS, levels, borders=False)
    people = placed(found, ability)
    groups = [level for level in found.scale if level in people.levels]
    if len(groups) < 2:
        refuse(panel, f"expected people at two levels or more, found {groups[0]} only",
               column="level")  # fmt: skip
    cuts, details = [], []
    for lower, upper in pairwise(groups):
        below, above = people.at(lower), people.at(upper)
        try:
            cut = contrasting_groups(below, above)
        except NoCut as problem:
            refuse(
                panel,
                f"expected groups {lower} ({len(below)} people) and {upper} ({len(above)}) that "
                f"part: {problem}",
                column="level",
            )
        cuts.append(cut)
        details.append({"sd": cut.sd, "below": lower, "n_below": len(below), "n_above": len(above)})
    finish(
        found,
        out,
        as_json,
        "contrasting",
        groups[1:],
        np.array([cut.theta for cut in cuts]),
        np.diag([cut.se**2 for cut in cuts]),
        details,
        {"people": people.to_record()},
    )


def run_blind(panel: Path, ability: Path, earlier: Path, out: Path, as_json: bool) -> None:
    """STANDARD from the levels that assessors gave blind, starting from an earlier one."""
    before = read_standard(earlier)
    if (before.cut_se == 0).any():
        refuse(earlier, "expected a standard error above 0 of every cut: a cut without doubt "
               "cannot move", line=2, column="se")  # fmt: skip
    own = None if before.is_national else ",".join(before.levels[1:])
    found = read_panel(panel, COLUMNS, own, borders=False)
    for row in found.table.rows:
        if found.level(row) not in before.levels:
            refuse(
                panel,
                f"expected a level of {earlier} ({', '.join(before.levels)}), found "
                f"{found.level(row)}",
                line=row.line,
                column="level",
            )
    people = placed(found, ability)
    level = np.array([before.levels.index(name) for name in people.levels], dtype=np.int64)
    old, doubt = np.array(before.cuts), np.array(before.covariance)
    try:
        new = cuts_from_levels(people.theta, people.se, level, old, doubt)
    except NoCut as problem:
        refuse(panel, f"expected levels that determine the cuts: {problem}", column="level")
    spread = np.hypot(people.se, new.assessor_sd)
    z_before = agreement_with_levels(people.theta, spread, level, old)
    z_after = agreement_with_levels(people.theta, spread, level, new.cuts)
    details = [
        {
            "earlier": float(old[k]),
            "earlier_se": float(before.cut_se[k]),
            "prior_weight": float(new.prior_weight[k]),
            "z_earlier": float(z_before[k]),
            "z": float(z_after[k]),
            "n_level": int(new.n_by_level[k + 1]),
        }
        for k in range(len(old))
    ]
    record = {
        "assessor_sd": new.assessor_sd,
        "n": new.n,
        "n_lowest": int(new.n_by_level[0]),
        "earlier_covariance": doubt,
        "people": people.to_record(),
    }
    finish(
        found, out, as_json, "blind", before.levels[1:], new.cuts, new.covariance, details, record
    )
