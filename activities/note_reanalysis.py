"""Keep what came of a re-analysis."""

from fraud.reanalysis.messages import ReanalysisState
from services.desk.reanalyses import keep_reanalysis


async def note_reanalysis(state: ReanalysisState) -> None:
    """Write the record of a re-analysis that has ended. Run twice, it writes the same."""
    await keep_reanalysis(state)
