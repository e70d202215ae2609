"""The overview as the API shows it."""

from collections.abc import Mapping

from service.api.schemas.overview import (
    AgreementOut,
    CommonOut,
    DimensionOut,
    EstimateOut,
    MeanOut,
    OverviewOut,
    QuestionOverview,
)
from service.api.views.attempts import TITLES
from service.bank import Bank
from service.domain.agreement import Estimate
from service.domain.overview import MIN_ANSWERS, Agreement, Common, Mean, Summary
from service.domain.rubric import CRITERIA, CriterionName, Item


def overview(bank: Bank, found: Summary, versions: Mapping[str, Item]) -> OverviewOut:
    place = {question_id: number for number, question_id in enumerate(bank.items)}
    rows = sorted(found.questions, key=lambda row: place.get(row.question_id, len(place)))
    return OverviewOut(
        answers=found.answers,
        people=found.people,
        overall=_mean(found.overall) if found.overall else None,
        dimensions=_dimensions(found.dimensions),
        questions=[
            QuestionOverview(
                question_id=row.question_id,
                title=versions[row.item_digest].question.title,
                topic=versions[row.item_digest].question.topic,
                overall=_mean(row.overall),
                dimensions=_dimensions(row.dimensions),
            )
            for row in rows
        ],
        mistakes=[_mistake(entry, versions[entry.item_digest]) for entry in found.mistakes],
        missed=[_missed(entry, versions[entry.item_digest]) for entry in found.missed],
        agreement=_agreement(found.agreement),
    )


def _mean(found: Mean) -> MeanOut:
    return MeanOut(**found.model_dump())


def _dimensions(found: Mapping[CriterionName, Mean]) -> list[DimensionOut]:
    return [DimensionOut(name=n, title=TITLES[n], **found[n].model_dump()) for n in CRITERIA if n in found]


def _mistake(entry: Common, item: Item) -> CommonOut:
    """In the words of the version that was answered last; one that it has no more is shown by its id."""
    mistake = next((m for m in item.rubric.mistakes if m.id == entry.id), None)
    return _common(entry, item, mistake.says if mistake else entry.id, mistake.caps if mistake else CRITERIA[-1])


def _missed(entry: Common, item: Item) -> CommonOut:
    found = [(name, p) for name in CRITERIA for p in item.rubric.criteria.get(name, ()) if p.id == entry.id]
    name, says = (found[0][0], found[0][1].says) if found else (CRITERIA[0], entry.id)
    return _common(entry, item, says, name)


def _common(entry: Common, item: Item, says: str, criterion: CriterionName) -> CommonOut:
    counts = entry.model_dump(exclude={"item_digest"})
    return CommonOut(**counts, title=item.question.title, says=says, criterion=criterion)


def _agreement(found: Agreement) -> AgreementOut:
    return AgreementOut(
        **found.model_dump(exclude={"bands", "verdicts"}),
        enough=found.answers >= MIN_ANSWERS,
        minimum=MIN_ANSWERS,
        bands=_estimate(found.bands),
        verdicts=_estimate(found.verdicts),
    )


def _estimate(found: Estimate | None) -> EstimateOut | None:
    if found is None:
        return None
    low, high = found.between or (None, None)
    return EstimateOut(value=found.value, low=low, high=high)
