from collections.abc import Sequence
from typing import Literal

from numpy import float64
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

class StratifiedGroupKFold:
    def __init__(self, n_splits: int = ..., *, shuffle: bool = ..., random_state: int | None = ...) -> None: ...

def cross_val_predict(
    estimator: HistGradientBoostingClassifier,
    X: Sequence[Sequence[float]],
    y: Sequence[bool],
    *,
    groups: Sequence[str],
    cv: StratifiedGroupKFold,
    method: Literal["predict_proba"],
) -> NDArray[float64]: ...
