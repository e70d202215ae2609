"""The small question that the contract's checks ask graders about, and answers to it."""

from service.domain.attempt import Answer
from service.domain.question import Question, Source
from service.domain.rubric import Item, KeyPoint, Mistake, Quantity, Rubric

_QUESTION = Question(
    id="binary-search",
    topic="searching",
    title="Binary search",
    prompt="How does binary search find a value in an array, and what does it cost?",
    level="screen",
    frequency="very-common",
    kind="conceptual",
    explanation="mechanism",
    minutes=2,
    concept="binary-search",
    hint="Which elements need no second look?",
    sources=(Source(title="Any textbook on algorithms"),),
    short_answer="It compares the value with the middle one and goes on in the half that can still hold it.",
    model_answer=(
        "Binary search compares the wanted value with the middle element of a sorted array. Each comparison discards "
        "half of the remaining range, so a million elements take about 20 comparisons. The array has to be sorted "
        "first, which pays off only when it is searched often."
    ),
    deeper_notes="The range is halved until it is empty: that is a logarithm to base two.",
)
_RUBRIC = Rubric(
    question_id="binary-search",
    scale="concept",
    criteria={
        "mechanism": (
            KeyPoint(
                id="M1",
                says="The wanted value is compared with the middle element.",
                why="It is the step that everything rests on.",
                ask="What is compared with what?",
                weight=2,
                cues=(("compares|compared|looks", "middle"),),
            ),
            KeyPoint(
                id="M2",
                says="Each comparison discards half of the remaining range.",
                why="It is where the speed comes from.",
                ask="What does one comparison tell you?",
                weight=2,
                cues=(("discards|drops|halves|throws away", "half|range|rest"),),
            ),
        ),
        "tradeoffs": (
            KeyPoint(
                id="T1",
                says="The array has to be sorted first.",
                why="Without it the method is wrong.",
                ask="What has to hold before you begin?",
                cues=(("array|list|values|elements", "sorted|in order"),),
            ),
        ),
    },
    mistakes=(
        Mistake(
            id="X1",
            says="It works on an array in any order.",
            correction="It needs a sorted array.",
            caps="tradeoffs",
            cues=(("works", "any order|unsorted"),),
        ),
    ),
    quantities=(
        Quantity(
            id="N1",
            says="Comparisons for a million elements",
            value=20,
            unit="comparisons",
            tolerance=0.1,
            status="verified",
            point="M2",
            cues=(("million",),),
        ),
    ),
)
ITEM = Item(question=_QUESTION, rubric=_RUBRIC)
GOOD = Answer(text=_QUESTION.model_answer)
ANSWERS = (
    GOOD,
    Answer(text="It compares the value with the middle element. Then it looks at one of the sides, I think."),
    Answer(text="You look at the middle one and throw away the half that cannot hold it, again and again."),
    Answer(text="It works on an array in any order. A million elements take 500,000 comparisons, one after another."),
    Answer(text="middle, compare, half, sorted, range, logarithm, array"),
    Answer(
        text="um so you you compare with the middle and then the range is halved and it has to be sorted",
        source="spoken",
    ),
    Answer(text="I would use a hash table for that, because my colleagues did so last year."),
    Answer(text="It never compares anything with the middle element and it does not discard half of the range."),
)
