"""Linking: exact transformations, textbook arithmetic, symmetry, drift."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.irt import Item, ItemArrays, Model, stack
from scoring.linking import Link, LinkMethod, NotLinkable, drift, link, transform


def some_items(seed: int, count: int = 10) -> ItemArrays:
    rng = np.random.default_rng(seed)
    items = []
    for k in range(count):
        a = float(rng.lognormal(0, 0.25))
        if k % 3 == 0:
            items.append(
                Item(str(k), Model.GPCM, a=a, steps=tuple(np.sort(rng.normal(0, 1, 3)).tolist()))
            )
        elif k % 3 == 1:
            items.append(Item(str(k), Model.THREE_PL, a=a, b=float(rng.normal()), c=0.2))
        else:
            items.append(Item(str(k), Model.TWO_PL, a=a, b=float(rng.normal())))
    return stack(items)


def two_parameter(a: list[float], b: list[float]) -> ItemArrays:
    return stack(
        [Item(str(k), Model.TWO_PL, a=x, b=y) for k, (x, y) in enumerate(zip(a, b, strict=True))]
    )


@pytest.mark.parametrize("method", list(LinkMethod))
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 999), a=st.floats(0.6, 1.7), b=st.floats(-1.5, 1.5))
def test_exact_transformation_is_found(method: LinkMethod, seed: int, a: float, b: float) -> None:
    old = some_items(seed)
    found = link(old, transform(old, 1 / a, -b / a), method)
    assert found.a == pytest.approx(a, abs=1e-5)
    assert found.b == pytest.approx(b, abs=1e-5)
    assert found.se_a == pytest.approx(0, abs=1e-4)


def test_moments_by_hand() -> None:
    # Mean and sd of b: old 0.4 and 1.2, new 0.1 and 1.0; mean a: old 1.1, new 1.265.
    old = two_parameter([1.0, 1.2], [-0.8, 1.6])
    new = two_parameter([1.15, 1.38], [-0.9, 1.1])
    sigma = link(old, new, LinkMethod.MEAN_SIGMA)
    assert (sigma.a, sigma.b) == pytest.approx((1.2, 0.4 - 1.2 * 0.1))
    mean = link(old, new, LinkMethod.MEAN_MEAN)
    assert (mean.a, mean.b) == pytest.approx((1.15, 0.4 - 1.15 * 0.1))


def test_there_and_back_by_moments() -> None:
    rng = np.random.default_rng(4)
    old, new = some_items(1), some_items(1)
    new = transform(new, 0.8, 0.3)
    new.steps[:] += rng.normal(0, 0.1, new.steps.shape)
    there, back = link(old, new, LinkMethod.MEAN_SIGMA), link(new, old, LinkMethod.MEAN_SIGMA)
    assert there.a * back.a == pytest.approx(1)
    assert there.b == pytest.approx(-back.b * there.a)


@pytest.mark.parametrize("method", [LinkMethod.HAEBARA, LinkMethod.STOCKING_LORD])
def test_curve_methods_are_at_a_minimum(method: LinkMethod) -> None:
    rng = np.random.default_rng(5)
    old = some_items(2)
    new = transform(old, 0.8, 0.3)
    new.steps[:] += rng.normal(0, 0.15, new.steps.shape)
    found = link(old, new, method)
    from scoring import linking

    def loss(a: float, b: float) -> float:
        together = method is LinkMethod.STOCKING_LORD
        off = linking._curves(transform(new, a, b), together) - linking._curves(old, together)
        return float((off**2 * linking.WEIGHTS).sum())

    assert loss(found.a, found.b) == pytest.approx(found.criterion, rel=1e-6)
    for a, b in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01)):
        assert loss(found.a + a, found.b + b) > found.criterion
    assert found.a == pytest.approx(1.25, abs=0.15)
    assert found.se_b > 0


def test_drift_points_at_the_moved_item() -> None:
    rng = np.random.default_rng(6)
    b = rng.normal(size=15)
    old = two_parameter([1.0] * 15, b.tolist())
    shifted = b + rng.normal(0, 0.05, 15)
    shifted[7] += 0.8
    new = two_parameter([1.0] * 15, shifted.tolist())
    found = drift(old, new, link(old, new, LinkMethod.HAEBARA))
    assert np.flatnonzero(found.drifted).tolist() == [7]
    assert found.difference[7, 0] < -0.5


def with_errors(b: list[float], se: float | list[float] = 0.0) -> ItemArrays:
    errors = [se] * len(b) if isinstance(se, float) else se
    return stack(
        [
            Item(str(k), Model.TWO_PL, a=1.0, b=x, se_b=e)
            for k, (x, e) in enumerate(zip(b, errors, strict=True))
        ]
    )


def test_standard_errors_go_along_with_the_scale() -> None:
    items = stack([Item("0", Model.TWO_PL, a=1.5, b=0.4, se_a=0.3, se_b=0.2)])
    moved = transform(items, 2.0, 0.5)
    assert (moved.a[0], moved.steps[0, 0]) == pytest.approx((0.75, 1.3))
    assert (moved.se_a[0], moved.se_steps[0, 0]) == pytest.approx((0.15, 0.4))


def test_jackknife_by_hand() -> None:
    # With one slope B is the mean of the differences 0, .2, .4, 1, and its jackknife error the
    # textbook error of a mean: squared deviations .16 + .04 + 0 + .36, sqrt(.56 / 3 / 4).
    new = [-1.0, 0.0, 0.5, 1.5]
    old, news = with_errors([-1.0, 0.2, 0.9, 2.5]), with_errors(new)
    found = link(old, news, LinkMethod.MEAN_MEAN)
    assert (found.a, found.b, found.n_items) == (1.0, pytest.approx(0.4), 4)
    assert found.se_a == 0.0
    assert found.se_b == pytest.approx(np.sqrt(0.56 / 12))
    assert np.isnan(found.criterion)
    # Mean–sigma once more, item by item left out: (n − 1) / n times the squares around their mean.
    found = link(old, news, LinkMethod.MEAN_SIGMA)
    x, y = news.steps[:, 0], old.steps[:, 0]
    a = np.array([np.std(np.delete(y, i)) / np.std(np.delete(x, i)) for i in range(4)])
    b = np.array([np.delete(y, i).mean() for i in range(4)])
    b -= a * np.array([np.delete(x, i).mean() for i in range(4)])
    for values, error in ((a, found.se_a), (b, found.se_b)):
        assert error == pytest.approx(np.sqrt(0.75 * ((values - values.mean()) ** 2).sum()))
    # Three items are too few to leave one out.
    for method in LinkMethod:
        few = link(old.take([0, 1, 3]), news.take([0, 1, 3]), method)
        assert np.isnan([few.se_a, few.se_b]).all()
        assert few.n_items == 3


@pytest.mark.parametrize("method", list(LinkMethod))
def test_items_of_a_larger_bank_link_as_alone(method: LinkMethod) -> None:
    long = Item("long", Model.GRM, steps=(-1.0, 0.0, 0.5, 2.0))
    alone = with_errors([-1.0, 0.2, 0.9, 2.5])
    taken = stack([*(Item(str(k), Model.TWO_PL, b=x) for k, x in enumerate(alone.steps[:, 0])),
                   long]).take(np.arange(4))  # fmt: skip
    new = with_errors([-1.0, 0.0, 0.5, 1.5])
    expected = link(alone, new, method)
    for found in (link(taken, new, method), link(taken, transform(new, 1, 0), method)):
        assert (found.a, found.b, found.se_a) == (expected.a, expected.b, expected.se_a)
    back, narrow = link(new, taken, method), link(new, alone, method)
    assert (back.a, back.b, back.se_b) == (narrow.a, narrow.b, narrow.se_b)
    moved = drift(taken, new, expected)
    assert moved.difference.shape == moved.z.shape == moved.robust_z.shape == (4, 1)
    assert np.array_equal(moved.difference, drift(alone, new, expected).difference)
    assert np.array_equal(drift(new, taken, back).difference, drift(new, alone, back).difference)


# Differences after b_old = 2 b_new + .5; quarter 0, median .1, three quarters .2.
MOVED = [0.0, 0.1, -0.1, 0.2, 1.0]
ROBUST = [(x - 0.1) / (0.74 * 0.2) for x in MOVED]


@pytest.mark.parametrize(
    ("se_old", "se_new", "z", "drifted"),
    [
        # No errors known: robust z alone, 6.1 for the last.
        (0.0, 0.0, [np.nan] * 5, [4]),
        # sqrt(.3² + (2 × .2)²) = .5: the last is two standard errors away, which is not far.
        (0.3, 0.2, [0.0, 0.2, -0.2, 0.4, 2.0], []),
        (0.15, 0.1, [0.0, 0.4, -0.4, 0.8, 4.0], [4]),
        (0.18, 0.12, [x / 0.3 for x in MOVED], [4]),
        # The fourth is four errors away, but not out of line with the others.
        (0.03, 0.02, [0.0, 2.0, -2.0, 4.0, 20.0], [4]),
    ],
)
def test_drift_by_hand(se_old: float, se_new: float, z: list[float], drifted: list[int]) -> None:
    b = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    old = with_errors((2 * b + 0.5 + MOVED).tolist(), se_old)
    found = drift(old, with_errors(b.tolist(), se_new), Link(2.0, 0.5, 0, 0, 0, 5))
    assert found.difference[:, 0] == pytest.approx(MOVED, abs=1e-12)
    assert found.z[:, 0] == pytest.approx(z, abs=1e-9, nan_ok=True)
    assert found.robust_z[:, 0] == pytest.approx(ROBUST, abs=1e-9)
    assert found.robust_z.dtype == found.z.dtype == np.float64
    assert np.flatnonzero(found.drifted).tolist() == drifted


@pytest.mark.parametrize(
    ("difference", "se", "drifted"),
    [
        # Exactly 2.7 errors is not beyond 2.7; a hair more is, in either direction.
        ([0.0, 0.1, -0.1, 0.2, 2.7], 1.0, []),
        ([0.0, 0.1, -0.1, 0.2, 2.75], 1.0, [4]),
        ([0.0, 0.1, -0.1, 0.2, -2.75], 1.0, [4]),
        # Robust z 2.6 and 3.0.
        ([0.0, 0.1, -0.1, 0.2, 0.1 + 2.6 * 0.148], 0.0, []),
        ([0.0, 0.1, -0.1, 0.2, 0.1 + 3.0 * 0.148], 0.0, [4]),
        # The middle half agrees: only the errors can tell, and one item has none.
        ([0.0, 0.0, 0.0, 0.0, -2.0], 0.1, [4]),
        ([0.0, 0.0, 0.0, 0.0, 0.2], 0.1, []),
        ([0.0, 0.0, 0.0, 0.0, 0.0], 0.0, []),
        ([0.0, 0.0, 0.0, 0.0, 2.0], 0.0, []),
        # Rounding is not spread: without errors nothing can be said of seven digits more.
        ([0.0, 1e-16, -1e-16, 2e-16, 9e-16], 0.0, []),
    ],
)
def test_drift_at_its_limits(difference: list[float], se: float, drifted: list[int]) -> None:
    zero = with_errors([0.0] * 5)
    found = drift(with_errors(difference, se), zero, Link(1.0, 0.0, 0, 0, 0, 5))
    assert np.flatnonzero(found.drifted).tolist() == drifted
    assert np.isnan(found.z).all() == (se == 0.0)
    no_spread = np.ptp(difference[:4]) < 1e-9
    assert np.isnan(found.robust_z).all() == no_spread
    assert found.robust_z.shape == (5, 1)
    assert found.robust_z.dtype == np.float64


def test_drift_of_steps() -> None:
    # Two items of two steps and one of one: five differences, and none beyond a last step.
    def bank(steps: list[float]) -> ItemArrays:
        return stack([
            Item("0", Model.GRM, steps=(steps[0], steps[1])),
            Item("1", Model.GRM, steps=(steps[2], steps[3])),
            Item("2", Model.TWO_PL, b=steps[4]),
        ])  # fmt: skip

    moved = [-1.0, 0.1, -0.6, 2.0, 0.2]
    found = drift(bank(moved), bank([-1.0, 0.0, -0.5, 1.0, 0.0]), Link(1.0, 0.0, 0, 0, 0, 3))
    assert found.difference.ravel() == pytest.approx([0, 0.1, -0.1, 1, 0.2, np.nan], nan_ok=True)
    robust = [ROBUST[0], ROBUST[1], ROBUST[2], ROBUST[4], ROBUST[3], np.nan]
    assert found.robust_z.ravel() == pytest.approx(robust, nan_ok=True)
    assert found.drifted.tolist() == [False, True, False]


def test_refusals() -> None:
    one, two = two_parameter([1.0], [0.0]), two_parameter([1.0, 1.2], [0.0, 1.0])
    flat = two_parameter([1.0, 1.0], [0.5, 0.5])
    # The sd of three times .1 is not 0 in floating point.
    tenths = two_parameter([1.0] * 3, [0.1] * 3)
    three = two_parameter([1.0] * 3, [0.0, 0.5, 1.0])
    graded = stack([Item(str(k), Model.GRM, a=1.0, steps=(0.0, 1.0)) for k in range(2)])
    falling = [replace(two, a=np.array(a)) for a in ([1.0, 0.0], [-0.5, 1.0])]
    few = "linking needs at least two common items"
    slope = "a common item has a slope that is not above 0"
    for old, new, method, words in (
        (one, one, LinkMethod.HAEBARA, few),
        (two, three, LinkMethod.MEAN_MEAN, few),
        (two, flat, LinkMethod.MEAN_SIGMA, "the difficulties of the new file do not differ"),
        (flat, two, LinkMethod.MEAN_SIGMA, "the difficulties of the old file do not differ"),
        (three, tenths, LinkMethod.MEAN_SIGMA, "the difficulties of the new file do not differ"),
        (tenths, three, LinkMethod.MEAN_SIGMA, "the difficulties of the old file do not differ"),
        (
            flat,
            graded,
            LinkMethod.HAEBARA,
            "a common item has different numbers of categories in the two files",
        ),
        *((bad, two, LinkMethod.MEAN_SIGMA, slope) for bad in falling),
        *((two, bad, LinkMethod.MEAN_SIGMA, slope) for bad in falling),
    ):
        with pytest.raises(NotLinkable) as refused:
            link(old, new, method)
        assert str(refused.value) == words
    # Difficulties with the same spread in both files are nothing to refuse.
    assert link(two, two, LinkMethod.MEAN_SIGMA).a == 1.0
    # The characteristic curves of equal difficulties still have a place.
    assert link(two_parameter([1.0, 1.2], [0.5, 0.5]), flat, LinkMethod.MEAN_MEAN).b == (
        pytest.approx(0.5 - 0.5 / 1.1)
    )
