"""All checks run over a folder, and what the bank holds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from items.bank_files import CONTENT, BankFiles, read_folder
from items.checks.answers import answer_findings
from items.checks.levels import level_findings
from items.checks.likeness import likeness_findings
from items.checks.media import media_findings
from items.checks.numbers import number_findings
from items.checks.readability import readability_findings
from items.checks.scales import scale_findings
from items.checks.wording import wording_findings
from items.content_format import Finding

Check = Callable[[BankFiles], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    answer_findings,
    level_findings,
    likeness_findings,
    media_findings,
    number_findings,
    readability_findings,
    scale_findings,
    wording_findings,
)

Counts = dict[str, dict[str, dict[str, int]]]


@dataclass(frozen=True)
class Report:
    """What a check found, and counts by language, skill and level."""

    findings: tuple[Finding, ...]
    items: Counts
    tasks: Counts
    synthetic: tuple[str, ...]
    """Listening tasks that still want a human voice."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity != "error")

    def to_json(self) -> dict[str, Any]:
        return {
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "items": self.items,
            "tasks": self.tasks,
            "synthetic": list(self.synthetic),
            "findings": [
                {
                    "file": finding.path,
                    "line": finding.line,
                    "severity": finding.severity,
                    "check": finding.code,
                    "message": finding.message,
                }
                for finding in self.findings
            ],
        }


def _counts(bank: BankFiles) -> tuple[Counts, Counts]:
    items: Counts = {}
    tasks: Counts = {}
    for task in bank.tasks:
        by_level = tasks.setdefault(task.language, {}).setdefault(task.skill, {})
        by_level[task.level] = by_level.get(task.level, 0) + 1
        for item in task.items:
            of_skill = items.setdefault(task.language, {}).setdefault(task.skill, {})
            of_skill[item.level] = of_skill.get(item.level, 0) + 1
    return items, tasks


def check_folder(folder: Path = CONTENT, checks: Iterable[Check] = CHECKS) -> Report:
    """Everything that the checks have against a folder of content."""
    bank = read_folder(folder)
    findings = list(bank.findings)
    for check in checks:
        findings.extend(check(bank))
    items, tasks = _counts(bank)
    synthetic = tuple(task.id for task in bank.tasks if task.clip and task.clip.synthetic)
    return Report(tuple(sorted(set(findings))), items, tasks, synthetic)
