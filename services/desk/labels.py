"""The labels that decisions and outcomes give, read from the cases and from the uploaded outcomes."""
# pyright: reportUnknownMemberType=false
# The SDK's documents are untyped.

from fraud.desk.labels import DecidedCase, Figures, KnownOutcome, LabelRow, figures_of, first_of_weeks
from fraud.desk.paging import Page
from fraud.desk.queries import CaseQuery, SpanQuestion
from services import cosmos
from services.desk.case_queries import IS_CASE, time_text
from services.desk.cases import list_cases
from services.desk.outcomes import PARTITION
from services.desk.rule_sets import sides_of_rules
from services.desk.stored import read_stored
from services.watching import azure_time

MAX_COUNTED = 50_000
_PAGE = 5_000
_DECIDED = (
    f"SELECT TOP {MAX_COUNTED} c.window_end, c.review.state, c.stakes.rules, "
    f"c.review.decided_on.rules AS decided_rules FROM c WHERE {IS_CASE} "
    "AND ARRAY_CONTAINS(@decided, c.review.state) AND c.window_end >= @from AND c.window_end <= @to"
)
_OUTCOMES = (
    f"SELECT TOP {MAX_COUNTED} c.outcome, c.verdict FROM c WHERE c.type = 'outcome' "
    "AND c.verdict.window_end >= @from AND c.verdict.window_end <= @to"
)


async def list_labels(asked: SpanQuestion) -> Page[LabelRow]:
    """A page of labels, the latest window first. Raises ProblemError for a bad token."""
    fields = {name: getattr(asked, name) for name in SpanQuestion.__struct_fields__}
    page = await list_cases(CaseQuery(**fields, state="decided", sort="time"))
    return Page(tuple(map(LabelRow.of, page.items)), page.next)


async def label_figures(asked: SpanQuestion) -> Figures:
    """The precision of each rule by week, from decisions and outcomes; without a span, of twelve weeks."""
    end = asked.end or await azure_time()
    parameters: list[dict[str, object]] = [
        {"name": "@decided", "value": ["confirmed", "dismissed"]},
        {"name": "@from", "value": time_text(asked.start or first_of_weeks(end))},
        {"name": "@to", "value": time_text(end)},
    ]
    decided = (await cosmos.cases()).query_items(_DECIDED, parameters=parameters, max_item_count=_PAGE)
    cases = [case async for document in decided if (case := read_stored(document, DecidedCase)) is not None]
    outcomes = await _outcomes(parameters[1:])
    return figures_of(cases, outcomes, most=MAX_COUNTED, sides=sides_of_rules())


async def _outcomes(span: list[dict[str, object]]) -> list[KnownOutcome]:
    told = (await cosmos.cases()).query_items(_OUTCOMES, parameters=span, partition_key=PARTITION, max_item_count=_PAGE)
    return [outcome async for document in told if (outcome := read_stored(document, KnownOutcome)) is not None]
