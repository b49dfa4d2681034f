"""Questions with a name: `detective sql frauds-by-store` asks them, the desk's page shows them."""

import msgspec

VIEWS: dict[str, str] = {
    "events": "an event as it arrived, out of Capture",
    "suspicious": "an id that the stream job flagged, with store and window",
    "verdicts": "a verdict with its event and its reasons",
    "shadow_verdicts": "a verdict of the rule set in shadow",
    "quarantine": "a record with its reason",
    "cases": "a case with its stakes and its review",
    "reports": "a reconciliation with its verdict and its accounts",
}
"""A row of each view, in words."""


class SqlQuestion(msgspec.Struct, frozen=True):
    """A question in words, and in SQL."""

    about: str
    text: str


QUESTIONS: dict[str, SqlQuestion] = {
    "frauds-by-store": SqlQuestion(
        "Verdicts of the band high by store and day",
        "SELECT store_id, window_end::DATE AS day, count(*) AS high, max(score) AS worst FROM verdicts "
        "WHERE band = 'high' GROUP BY ALL ORDER BY high DESC, store_id, day",
    ),
    "never-judged": SqlQuestion(
        "Events that the stream job flagged, and that have no verdict",
        "SELECT s.event_id, s.store_id, s.window_end FROM suspicious s "
        "WHERE NOT EXISTS (FROM verdicts v WHERE v.event_id = s.event_id) ORDER BY s.window_end, s.event_id",
    ),
    "never-captured": SqlQuestion(
        "Verdicts on archived events that Capture has not written",
        # What lies in quarantine may be a part of a captured body; and verdicts are fetched by days, Capture by hours.
        "SELECT v.event_id, v.band, v.window_end FROM verdicts v WHERE v.source = 'archive' "
        "AND v.window_start >= coalesce((SELECT min(e.enqueued) FROM events e), '-infinity') "
        "AND NOT EXISTS (FROM events e WHERE e.event_id = v.event_id) ORDER BY v.window_end",
    ),
    "money-by-store": SqlQuestion(
        "The money at stake in cases, by store",
        "SELECT store_id, count(*) AS cases, round(sum((stakes->>'at_stake')::DOUBLE) / 100, 2) AS at_stake FROM cases "
        "GROUP BY ALL ORDER BY at_stake DESC NULLS LAST",
    ),
    "rules": SqlQuestion(
        "How often each rule has spoken, and in which bands",
        "SELECT r.reason->>'rule' AS rule, count(*) AS verdicts, count(*) FILTER (WHERE band = 'high') AS high, "
        "count(*) FILTER (WHERE band = 'medium') AS medium, count(*) FILTER (WHERE band = 'low') AS low "
        "FROM (SELECT band, unnest(reasons::JSON[]) AS reason FROM verdicts) r "
        "WHERE r.reason->>'snoozed' IS DISTINCT FROM 'true' GROUP BY ALL ORDER BY verdicts DESC",
    ),
    "busy-customers": SqlQuestion(
        "Customers with the most flagged sales",
        "SELECT event->>'cust_id' AS customer, count(*) AS flagged, max(score) AS worst FROM verdicts "
        "WHERE event IS NOT NULL GROUP BY ALL ORDER BY flagged DESC, customer LIMIT 50",
    ),
    "events-per-minute": SqlQuestion(
        "Events that reached the hub, by minute",
        "SELECT date_trunc('minute', enqueued) AS minute, count(*) AS events FROM events GROUP BY ALL ORDER BY minute",
    ),
    "reused-ids": SqlQuestion(
        "Ids under which more than one content has arrived",
        "SELECT event_id, count(DISTINCT body::VARCHAR) AS contents, min(enqueued) AS first, max(enqueued) AS last "
        "FROM events WHERE event_id IS NOT NULL GROUP BY ALL HAVING contents > 1 ORDER BY contents DESC, event_id",
    ),
    "quarantined": SqlQuestion(
        "Reasons in quarantine",
        "SELECT reason, count(*) AS records, min(enqueued_time) AS first, max(enqueued_time) AS last FROM quarantine "
        "GROUP BY ALL ORDER BY records DESC",
    ),
    "nights": SqlQuestion(
        "The verdicts of reconciliations",
        "SELECT run, verdict, sentence FROM reports ORDER BY run DESC",
    ),
    "shadow-changes": SqlQuestion(
        "Verdicts that the set in shadow would move to another band",
        "SELECT v.band AS active, s.band AS shadow, s.rule_set, count(*) AS verdicts FROM shadow_verdicts s "
        "JOIN verdicts v USING (case_id, event_id) WHERE v.band != s.band AND v.event IS NOT DISTINCT FROM s.event "
        "GROUP BY ALL ORDER BY verdicts DESC, active, shadow",
    ),
}
