"""Gradient boosting (scikit-learn), the reference of what can be learned from features."""

from collections.abc import Sequence

from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

Features = Sequence[Sequence[float]]

_FOLDS = 5


class Boosting:
    """A classifier that has learned from features and their truth. The same input gives the same one."""

    def __init__(self, features: Features, truth: Sequence[bool]) -> None:
        self._classifier = HistGradientBoostingClassifier(max_iter=120, learning_rate=0.08, random_state=0)
        self._classifier.fit(features, truth)

    def scores(self, features: Features) -> list[float]:
        """The probability of fraud, 0 to 1, for each row."""
        return [float(score) for score in self._classifier.predict_proba(features)[:, 1]]


def scores_of_unseen_groups(features: Features, truth: Sequence[bool], groups: Sequence[str]) -> list[float]:
    """The probability of fraud for each row, by classifiers that have learned from rows of other groups only."""
    scores = cross_val_predict(
        HistGradientBoostingClassifier(max_iter=40, random_state=0),
        features,
        truth,
        groups=groups,
        cv=StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0),
        method="predict_proba",
    )
    return [float(fraud) for _, fraud in scores]
