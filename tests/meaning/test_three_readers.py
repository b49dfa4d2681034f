"""Query, archive and reconciliation agree on bodies, and on sequences of them that share ids, stores and windows."""

from collections import Counter
from random import Random

import pytest

from local_azure.testing import Arrival
from tests.meaning.generated import body_of
from tests.meaning.readers import archived, at, expected, judged_from_quarantine, named_by_query

SEQUENCE = 50
FEW, MANY, PROOF = 2_000, 5_000, 100_000


def sequence(random: Random) -> list[Arrival]:
    """Bodies of one partition in the order of their arrival, some sent twice, some on the edge of a window."""
    seconds = sorted(random.choice([1, 299, 300, 301, random.randrange(1_200)]) for _ in range(SEQUENCE))
    bodies: list[bytes] = []
    for _ in seconds:
        bodies.append(random.choice(bodies) if bodies and random.random() < 0.1 else body_of(random))
    return [at(second, body, random.randrange(4)) for second, body in zip(seconds, bodies, strict=True)]


def disagreements(arrivals: list[Arrival]) -> list[str]:
    """Whatever one reader takes for flagged and another does not; docs/meaning.md has the one exception."""
    query, archive, reconciliation = named_by_query(arrivals), archived(arrivals), expected(arrivals)
    differences = [
        f"the query names {named}, which the reconciliation does not expect" for named in query - reconciliation.named
    ]
    # The exception: a number beyond 64 bits. The job drops the event, and the report names it.
    lacking = reconciliation.named - query
    wide = Counter(
        named for arrival in arrivals if is_wide(arrival.body) for named in expected([arrival]).named.elements()
    )
    differences += [f"the reconciliation expects {named}, which the query does not name" for named in lacking - wide]
    quarantined = [(record, arrivals[record.sequence_number]) for record in archive.malformed]
    for record, arrival in quarantined:
        alone = expected([arrival])
        judged = judged_from_quarantine(arrival.body)
        ids = set(judged.ids) if judged else set[str]()
        differences += [
            f"{named} is quarantined ({record.reason}) and never judged"
            for named in alone.named
            if named.event_id not in ids and not (judged and judged.by_place)
        ]
        if alone.nameless and not (judged and judged.by_place):
            differences.append(f"a nameless event is quarantined ({record.reason}) and never judged")
    of_quarantine = Counter(named for _, arrival in quarantined for named in expected([arrival]).named.elements())
    # A content that arrives again in another window is archived once.
    archivable = {named[1:] for named in reconciliation.named - of_quarantine}
    kept = {named[1:] for named in archive.flagged}
    differences += [f"{named} is flagged and not archived" for named in archivable - kept]
    differences += [f"{named} is archived as flagged and not expected" for named in kept - archivable]
    return differences


def is_wide(body: bytes) -> bool:
    """The body holds a whole number of 19 digits or more: it may be beyond a bigint."""
    digits = 0
    for octet in body:
        digits = digits + 1 if 48 <= octet <= 57 else 0
        if digits >= 19:
            return True
    return False


def first_disagreement(seed: str, bodies: int) -> str | None:
    """The first sequence on which the readers disagree, with the bodies that are enough for it; or None."""
    for number in range(bodies // SEQUENCE):
        arrivals = sequence(Random(f"{seed}-{number}"))
        if problems := disagreements(arrivals):
            culprits = [arrival.body[:300] for arrival in arrivals if disagreements([arrival])]
            return f"seed {seed}-{number}: {problems[:5]}, alone of {culprits[:3]}"
    return None


def test_the_readers_agree_on_two_thousand_bodies():
    assert first_disagreement("fast", FEW) is None


@pytest.mark.slow
def test_the_readers_agree_on_five_thousand_bodies():
    assert first_disagreement("slow", MANY) is None


@pytest.mark.proof
@pytest.mark.timeout(1_200)
def test_the_readers_agree_on_a_hundred_thousand_bodies():
    assert first_disagreement("proof", PROOF) is None
