"""Model: a logistic regression held towards zero (ridge), fitted by Newton's method, with its Laplace covariance."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.impact.rows import BoolArray, FloatArray

MAX_STEPS = 40
MAX_PRODUCTS = 100
GUIDED_BY = 4  # every fourth row
HALVINGS = 30
SMALL_GAIN = 1e-11  # in log-likelihood per row: what the last step may still bring


@dataclass(frozen=True)
class Fit:
    """The most likely coefficients and the covariance about them."""

    coefficients: FloatArray  # (columns,)
    covariance: FloatArray  # (columns, columns)
    converged: bool


@dataclass(frozen=True)
class _Point:
    """The penalised log-likelihood at some coefficients, its gradient, and the weight of each row in its curvature."""

    coefficients: FloatArray
    value: float
    gradient: FloatArray
    weight: FloatArray  # (rows,)


def fit(matrix: Any, outcome: BoolArray, ridge: FloatArray) -> Fit:
    """Find the coefficients b of the largest log-likelihood - sum ridge b^2 / 2, from a CSR matrix (rows, columns).

    With every ridge > 0 there is exactly one such b, also where an outcome never varies. Each of Newton's steps is
    solved by conjugate gradients, guided by the curvature of some rows at the start: working out the whole curvature
    takes fifty times as long as a product with it. The covariance is the inverse of the curvature at the end (Laplace).
    """
    from scipy import linalg  # Imported where it is used: it takes a second.

    point, converged = _at(matrix, outcome, ridge, np.zeros(matrix.shape[1])), False
    some = slice(None, None, GUIDED_BY)
    guide = linalg.cho_factor(_curvature(matrix[some], GUIDED_BY * point.weight[some], ridge), lower=True)
    for _ in range(MAX_STEPS):
        step = _newton_step(matrix, ridge, point, guide)
        converged = float(step @ point.gradient) <= SMALL_GAIN * max(len(outcome), 1)
        point = _uphill(matrix, outcome, ridge, point, step)
        if converged:
            break
    factor = linalg.cho_factor(_curvature(matrix, point.weight, ridge), lower=True, overwrite_a=True)
    return Fit(point.coefficients, linalg.cho_solve(factor, np.eye(len(ridge))), converged)


def _newton_step(matrix: Any, ridge: FloatArray, point: _Point, guide: tuple[FloatArray, bool]) -> FloatArray:
    """Solve curvature x step = gradient, to a ten-thousandth."""
    from scipy import linalg
    from scipy.sparse.linalg import LinearOperator, cg

    shape = (len(ridge), len(ridge))

    def curved(direction: FloatArray) -> FloatArray:
        return np.asarray(matrix.T @ (point.weight * (matrix @ direction)) + ridge * direction)

    def guided(direction: FloatArray) -> FloatArray:
        return np.asarray(linalg.cho_solve(guide, direction))

    curvature, inverse = (
        LinearOperator(shape, curved, dtype=float),
        LinearOperator(shape, guided, dtype=float),
    )
    step, _ = cg(curvature, point.gradient, rtol=1e-4, maxiter=MAX_PRODUCTS, M=inverse)
    return np.asarray(step)


def _uphill(matrix: Any, outcome: BoolArray, ridge: FloatArray, point: _Point, step: FloatArray) -> _Point:
    """Take the step, halved until it doesn't lead down."""
    for halving in range(HALVINGS):
        found = _at(matrix, outcome, ridge, point.coefficients + step / 2**halving)
        if found.value >= point.value - 1e-12 * abs(point.value):
            return found
    return point


def _at(matrix: Any, outcome: BoolArray, ridge: FloatArray, coefficients: FloatArray) -> _Point:
    from scipy import special

    eta = matrix @ coefficients
    chance = special.expit(eta)
    likelihood = np.sum(np.where(outcome, eta, 0.0) - np.logaddexp(0.0, eta))
    return _Point(
        coefficients=coefficients,
        value=float(likelihood - np.sum(ridge * coefficients**2) / 2),
        gradient=matrix.T @ (outcome - chance) - ridge * coefficients,
        weight=chance * (1 - chance),
    )


def _curvature(matrix: Any, weight: FloatArray, ridge: FloatArray) -> FloatArray:
    """The matrix X' diag(weight) X + diag(ridge), (columns, columns)."""
    scaled = matrix.copy()
    scaled.data *= np.repeat(np.sqrt(weight), np.diff(matrix.indptr))
    curvature = (scaled.T @ scaled).toarray()
    curvature[np.diag_indices_from(curvature)] += ridge
    return np.asarray(curvature, np.float64)
