"""Looking up cues among the words of one answer."""

from service.domain.attempt import Answer
from service.graders.clauses import split
from service.graders.keyword import mark_read
from service.graders.places import Places
from service.graders.polarity import polarity
from service.graders.sheet import compile_item
from service.graders.words import read
from tests.domain.builders import make_item, make_point, make_quantity, make_rubric


def test_what_shares_the_words_does_not_share_the_quantities_that_were_stated() -> None:
    rubric = make_rubric(
        criteria={"mechanism": [make_point(cues=[["million", "=N1"]])]},
        quantities=[make_quantity(value=20, unit="steps", cues=[["million"]])],
    )
    sheet = compile_item(make_item(rubric=rubric))
    answer = Answer(text="For a million elements it takes 20 steps in all.")
    reading = read(answer.text)
    clauses = split(reading.words)
    places = Places(reading.words, clauses, polarity(reading, clauses), sheet.vocabulary)
    alone = places.of_words_alone()
    ((_, (group,)),) = sheet.points
    assert alone.match(group, [clauses[0].span]).missing == 1
    marking = mark_read(sheet, answer.text, reading, clauses, places)
    assert [verdict.label for verdict in marking.verdicts] == ["met"]
    assert places.match(group, [clauses[0].span]).full
    assert alone.match(group, [clauses[0].span]).missing == 1
