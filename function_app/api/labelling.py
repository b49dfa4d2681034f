"""The endpoints of labels: what people made of cases, and how precise the rules were."""

from activities.desk.hits import recent_figures, recent_hits
from fraud.desk.labels import Figures, Hits, LabelRow
from fraud.desk.paging import Page
from fraud.desk.queries import SpanQuestion
from function_app.api.endpoint import Call, Endpoint, NoParameters
from services.desk import labels


async def list_labels(call: Call[SpanQuestion, None]) -> Page[LabelRow]:
    """A page of the decisions of cases, the latest window first."""
    return await labels.list_labels(call.asked)


async def get_label_figures(call: Call[SpanQuestion, None]) -> Figures:
    """The precision of each rule in each week, by the decisions of its cases and the outcomes of its events."""
    return await (recent_figures() if call.asked == SpanQuestion() else labels.label_figures(call.asked))


async def get_rule_hits(call: Call[NoParameters, None]) -> Hits:
    """The hits of each rule in each of the last twelve weeks, at most ten minutes old."""
    return await recent_hits()


ENDPOINTS = (
    Endpoint(
        name="list-labels",
        method="GET",
        path="api/labels",
        role="reader",
        handler=list_labels,
        asked=SpanQuestion,
        answer=Page[LabelRow],
    ),
    Endpoint(
        name="get-label-figures",
        method="GET",
        path="api/label-figures",
        role="reader",
        handler=get_label_figures,
        asked=SpanQuestion,
        answer=Figures,
    ),
    Endpoint(
        name="get-rule-hits",
        method="GET",
        path="api/rule-hits",
        role="reader",
        handler=get_rule_hits,
        answer=Hits,
    ),
)
