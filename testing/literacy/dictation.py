"""Marking dictation: whether what a person wrote is what was dictated, slips allowed for.

Case, punctuation and spaces between words never count: a beginner joins and cuts words. One letter
may be wrong in a word, one more for each further six letters of a sentence; none in a single letter
or syllable.
"""

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from scoring.ladders import Outcome

_LETTERS_A_SLIP = 6


def mark(dictated: str, written: str) -> Outcome:
    """Right, wrong, or unknown where nothing was written."""
    target, given = _letters(dictated), _letters(written)
    if not given:
        return Outcome.UNKNOWN
    slips = _slips(target)
    is_heard = OSA.distance(target, given, score_cutoff=slips) <= slips
    return Outcome.RIGHT if is_heard else Outcome.WRONG


def mark_words(dictated: Sequence[str], written: str) -> list[Outcome]:
    """One outcome for each word of a short sentence, wherever it stands in what was written."""
    given = [word for word in map(_letters, written.split()) if word]
    outcomes = []
    for word in dictated:
        target = _letters(word)
        slips = _slips(target)
        near = [one for one in given if OSA.distance(target, one, score_cutoff=slips) <= slips]
        if near:
            given.remove(min(near, key=lambda one: OSA.distance(target, one)))
            outcomes.append(Outcome.RIGHT)
        else:
            outcomes.append(Outcome.WRONG if given else Outcome.UNKNOWN)
    return outcomes


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _slips(target: str) -> int:
    return 0 if len(target) < 3 else 1 + (len(target) - 1) // _LETTERS_A_SLIP
