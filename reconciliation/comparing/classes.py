"""The classes of differences: the one table from which accounts, verdict, repair and report derive what they say."""

from reconciliation.comparing.definitions import Class, ClassDefinition, Column, Definition, Group, Headline, Need

_UNEXPECTED = Headline("unexpected", "unexpected", "Reported or judged without reason", "{} unexpected", "unexpected")

CLASSES = (
    ClassDefinition(
        name="missing_from_suspicious",
        title="Missing from suspicious-events",
        headline=Headline(
            "missing_from_suspicious",
            "not reported",
            "Must be flagged and was not reported",
            "{} missing from suspicious-events",
            "missing",
        ),
        explanation="The archive holds an event that must be flagged, and the stream job never reported it.",
        advice="A repair enters it, under its own name.",
        column=Column.MISSING_FROM_SUSPICIOUS,
        repair="correct",
        need="unreported",
    ),
    ClassDefinition(
        name="missing_from_fraud",
        title="Missing from fraud-events",
        headline=Headline(
            "missing_from_fraud",
            "not judged",
            "Must be flagged, and lacks a verdict that is due",
            "{} missing from fraud-events",
            "missing",
        ),
        explanation="The archive holds a content that must be flagged, and no verdict on it was stored under the name "
        "that stands here: its id, or its place in the hub. An event may be due under both, and have one of them.",
        advice="A repair judges it.",
        column=Column.MISSING_FROM_FRAUD,
        repair="judge",
        need="unjudged",
    ),
    ClassDefinition(
        name="unexpected_absent_from_archive",
        title="Unexpected, and absent from the archive",
        headline=_UNEXPECTED,
        explanation="It was reported or judged, and the archive holds no event with this id.",
        advice="What was reported or judged stays as evidence: find out who wrote it.",
        column=Column.UNEXPECTED,
    ),
    ClassDefinition(
        name="unexpected_not_to_be_flagged",
        title="Unexpected, and not to be flagged",
        headline=_UNEXPECTED,
        explanation="It was reported or judged, and the archived event does not meet the rule.",
        advice="What was reported or judged stays as evidence: the rule and the job differ.",
        column=Column.UNEXPECTED,
    ),
    ClassDefinition(
        name="duplicates",
        title="Reported or judged too often",
        headline=Headline(
            "duplicates",
            "too often",
            "Reported or judged more often than archived",
            "{} reported or judged too often",
            "repeated",
        ),
        explanation="It was reported or judged more often than the archive holds it.",
        advice="What was reported or judged twice stays as evidence; taking one away would hide the fault.",
        column=Column.DUPLICATES,
    ),
    ClassDefinition(
        name="wrong_window",
        title="In the wrong window",
        headline=Headline(
            "wrong_window",
            "wrong window",
            "Reported or judged in another window",
            "{} in the wrong window",
            "repeated",
        ),
        explanation="It was reported or judged in another window than the one in which it arrived.",
        advice="The report and its verdict stay as evidence: the job's clock or the archive's is wrong.",
        column=Column.WRONG_WINDOW,
    ),
    ClassDefinition(
        name="wrong_store",
        title="Under the wrong store",
        headline=Headline(
            "wrong_store",
            "wrong store",
            "Reported or judged for another store",
            "{} under the wrong store",
            "repeated",
        ),
        explanation="It was reported or judged for another store than the archived event names.",
        advice="The report and its verdict stay as evidence: the event or the job names another store.",
    ),
    ClassDefinition(
        name="absent_from_cosmos",
        title="Absent from Cosmos",
        headline=Headline(
            "absent_from_cosmos",
            "absent from Cosmos",
            "Captured, and neither in Cosmos nor in quarantine",
            "{} absent from Cosmos",
            "missing",
        ),
        explanation="Captured and well formed, but neither in Cosmos nor in quarantine.",
        advice="A repair archives it again, from Capture.",
        repair="backfill",
    ),
    ClassDefinition(
        name="differs_in_cosmos",
        title="Another content in Cosmos",
        headline=Headline(
            "differs_in_cosmos",
            "other content",
            "In Cosmos with another content than captured",
            "{} with another content in Cosmos",
            "unexpected",
        ),
        explanation="Cosmos holds this id with another content than the one that was captured, or says of it that it "
        "came at another time or place, or lets it expire: these fields are named.",
        advice="Both contents stay as evidence: a document that was changed may have been tampered with.",
    ),
    ClassDefinition(
        name="only_in_cosmos",
        title="Only in Cosmos",
        headline=Headline(
            "only_in_cosmos",
            "only in Cosmos",
            "In Cosmos, and not in the archive",
            "{} only in Cosmos",
            "unexpected",
        ),
        explanation="Cosmos holds it as arrived in this range, and the archive holds no such event with this id.",
        advice="The archive lost its event, or another hand wrote the document: nothing can tell which.",
    ),
    ClassDefinition(
        name="absent_from_quarantine",
        title="Malformed, and absent from quarantine",
        headline=Headline(
            "absent_from_quarantine",
            "not in quarantine",
            "Captured, malformed, and not in quarantine",
            "{} malformed and absent from quarantine",
            "missing",
        ),
        explanation="Captured and malformed, but not in quarantine.",
        advice="A repair archives it again, from Capture.",
        repair="backfill",
    ),
    ClassDefinition(
        name="id_reused",
        title="One id, several contents",
        headline=Headline(
            "id_reused", "id used again", "Other contents arrived under its id", "{} with an id that was used again"
        ),
        explanation="Several contents arrived under this id, in one store or in several. A producer gives an id once; "
        "another content may hide behind it. Each of them is archived, looked up and judged.",
        advice="Contents stay as evidence: find out who used the id again, and acknowledge it.",
    ),
    ClassDefinition(
        name="verdict_differs",
        title="Verdicts that are not what judging again gives",
        headline=Headline(
            "verdict_differs",
            "other verdict",
            "The stored verdict is not what judging its event gives",
            "{} with another verdict than judging again gives",
        ),
        explanation="Judging its event again, by the rule set that the verdict names, gives another verdict than the "
        "one that is stored, or the event in the verdict is not one that was captured. `fields` names what differs.",
        advice="A repair judges it again, in the place of what is stored.",
        repair="judge",
        need="rejudged",
    ),
    ClassDefinition(
        name="unknown_rule_set",
        title="Judged by rules that are not here any more",
        headline=Headline(
            "unknown_rule_set",
            "unknown rules",
            "Its verdict names a rule set that this version does not have",
            "{} judged by an unknown rule set",
        ),
        explanation="The verdict names a rule set that this version does not have, so nothing can tell if it is right.",
        advice="Bring the rule set back, or look at the verdicts and acknowledge them.",
    ),
    ClassDefinition(
        name="case_missing",
        title="Verdicts without their case",
        headline=Headline(
            "case_missing", "cases missing", "Windows with verdicts and without a case", "{} case{s} missing"
        ),
        explanation="A window has verdicts, and Cosmos holds no case of them.",
        advice="A repair judges the window again and makes its case.",
        repair="judge",
        need="cases",
    ),
    ClassDefinition(
        name="case_differs",
        title="Cases that are not what their verdicts make",
        headline=Headline(
            "case_differs", "cases altered", "Cases that are not what their verdicts make", "{} case{s} altered"
        ),
        explanation="The stored case is not the one that the verdicts of its window make. `fields` names what differs.",
        advice="A repair judges the window again and writes the case anew; what others added to it stays.",
        repair="judge",
        need="cases",
    ),
    ClassDefinition(
        name="case_unexpected",
        title="Cases without verdicts",
        headline=Headline("case_unexpected", "cases too many", "Cases without verdicts", "{} case{s} without verdicts"),
        explanation="Cosmos holds a case, and fraud-events has no verdicts of its name.",
        advice="A case without verdicts stays as evidence: find out who wrote it, or who deleted its verdicts.",
    ),
    ClassDefinition(
        name="alert_missing",
        title="High verdicts that nobody was told of",
        headline=Headline(
            "alert_missing", "alerts missing", "Windows with high verdicts and without an alert", "{} alert{s} missing"
        ),
        explanation="A window has high verdicts, and reports holds no alert of it: the fraud team was not told, or "
        "somebody has deleted what says so.",
        advice="A repair judges the window again and tells the fraud team.",
        repair="judge",
        need="cases",
    ),
    ClassDefinition(
        name="alert_differs",
        title="Alerts that are not what their verdicts make",
        headline=Headline(
            "alert_differs", "alerts altered", "Alerts that are not what their verdicts make", "{} alert{s} altered"
        ),
        explanation="A window has high verdicts, and no alert of it in reports says what they are. `fields` names what "
        "differs.",
        advice="An alert stays as evidence of what the fraud team was told: find out who changed it, or the verdicts.",
    ),
    ClassDefinition(
        name="unresolved",
        title="Judged without their event",
        headline=Headline(
            "unresolved",
            "unresolved",
            "Judged without their event: a person must look",
            "{} judged without {their} event",
        ),
        explanation="Judged without its event, which was not found in Cosmos: a person must look at it.",
        advice="A repair judges it again if its event is in Cosmos by then.",
        repair="judge",
        need="rejudged",
        left="Their events are not in Cosmos, nor in what can be archived again: judging finds nothing new.",
    ),
    ClassDefinition(
        name="ambiguous",
        title="Ambiguous by their time",
        headline=Headline("ambiguous", "ambiguous", "On the edge of two windows, by the second"),
        explanation="Only the second of its arrival is known, and a window ends in it: either window is right.",
        advice="There is nothing to do.",
        weight="note",
    ),
)
"""Every class, in the order in which a report lists them."""

NUMBERS = (
    Definition(
        name="nameless",
        title="Without a usable id",
        headline=Headline(
            "nameless",
            "without an id",
            "Must be flagged, and no window can name it",
            "{} to be flagged and without a usable id",
        ),
        explanation="It must be flagged, and its id is missing, empty, too long or not a text: no window can name it, "
        "and its verdict names its place in the hub instead.",
        advice="No window can name them, but their verdicts by place are compared: find out who sends such ids.",
    ),
    Definition(
        name="archive_gaps",
        title="Gaps in the archive",
        headline=Headline(
            "archive_gaps",
            "gaps in the archive",
            "Sequence numbers that the archive lacks",
            "{} missing from the archive",
            "missing",
        ),
        explanation="A hub numbers its events without a gap, and Capture writes every interval: these were never "
        "captured, or their blobs are gone.",
        advice="What Capture does not hold cannot be told from anything else.",
    ),
    Definition(
        name="lost",
        title="Lost before the archive",
        headline=Headline(
            "lost", "lost", "Sent by a campaign, and not captured", "{} that campaigns sent and nothing captured"
        ),
        explanation="A campaign sent it with others that were captured, and the archive does not hold it.",
        advice="What Capture does not hold cannot be told from anything else: look at what the hub refused.",
    ),
    Definition(
        name="unreadable",
        title="Not readable",
        headline=Headline(
            "unreadable", "not readable", "Blocks and lines that could not be read", "{} that cannot be read"
        ),
        explanation="The place is in bytes for the archive (.avro) and in lines for the rest. Everything around it was "
        "counted. Profiles come from the archive as well, and lack what could not be read there.",
        advice="Damaged blocks and lines stay as evidence, unless verdicts are written anew in their place.",
    ),
)
"""Other numbers that must be zero; they have no list of ids."""

NUMBER = {definition.name: definition for definition in NUMBERS}
"""These by their names."""

CLASS = {definition.name: definition for definition in CLASSES}
"""The classes by their names."""

REPAIRED = frozenset(definition.name for definition in CLASSES if definition.repair)
NEEDS: dict[Class, Need] = {definition.name: definition.need for definition in CLASSES if definition.need}
"""The lack of a window that a repair mends, by class, in the order of the table."""
DIFFERENCE_COLUMNS = tuple(sorted({definition.column for definition in CLASSES if definition.column is not None}))
"""The columns that must be zero."""
NOTES = frozenset(definition.name for definition in CLASSES if definition.weight == "note")


def _headlines(weight: str) -> tuple[Headline, ...]:
    return tuple(
        dict.fromkeys(definition.headline for definition in (*CLASSES, *NUMBERS) if definition.weight == weight)
    )


FAULT_HEADLINES = _headlines("fault")
"""The accounts that must be zero, in the order in which they are said."""
NOTE_HEADLINES = _headlines("note")
"""The accounts that do not break the balance, and are said where they are not zero."""


def names_in(group: Group) -> tuple[str, ...]:
    """The accounts that are summed up in a group."""
    return tuple(headline.name for headline in FAULT_HEADLINES if headline.group == group)
