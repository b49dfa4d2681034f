"""Judge what a look-up has found under some ids, by one set of rules."""

from collections.abc import Iterator, Mapping, Sequence

from activities.window_context import contexts_of
from activities.window_evidence import ChunkEvidence
from fraud.analysis import Chunk
from fraud.judging import Content, verdicts_on
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import SEED
from fraud.snoozes import Snooze
from fraud.verdicts import Verdict


async def judged_contents(
    chunk: Chunk,
    contents_of: Mapping[str, Sequence[Content]],
    rules: RuleSet,
    asleep: Sequence[Snooze],
    evidence: ChunkEvidence,
) -> Iterator[tuple[str, list[Verdict]]]:
    """The verdicts on each id, made one id after the other: large ones need not be in memory together.

    The set `seed` needs no facts beside the event. Raises what the look-up of the context raises.
    """
    task = chunk.task
    contexts = {} if rules is SEED else await contexts_of(chunk, contents_of, evidence)
    return (
        (
            event_id,
            verdicts_on(
                event_id,
                contents,
                task.store_id,
                task.window,
                rules=rules,
                contexts=contexts.get(event_id),
                asleep=asleep,
            ),
        )
        for event_id, contents in contents_of.items()
    )
