"""Linking: exact transformations, textbook arithmetic, symmetry, drift."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.irt import Item, ItemArrays, Model, stack
from scoring.linking import LinkMethod, NotLinkable, drift, link, transform


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


def test_refusals() -> None:
    one = two_parameter([1.0], [0.0])
    with pytest.raises(NotLinkable, match="two common"):
        link(one, one, LinkMethod.HAEBARA)
    flat = two_parameter([1.0, 1.0], [0.5, 0.5])
    with pytest.raises(NotLinkable, match="do not differ"):
        link(flat, flat, LinkMethod.MEAN_SIGMA)
    graded = stack([Item(str(k), Model.GRM, a=1.0, steps=(0.0, 1.0)) for k in range(2)])
    with pytest.raises(NotLinkable, match="categories"):
        link(flat, graded, LinkMethod.HAEBARA)
