"""What every grader keeps to, as checks that a grader of your own can be put through.

In its tests, with pytest or anything else that calls functions:

    @pytest.mark.parametrize("check", CHECKS)
    def test_it_keeps_the_contract(check: Check) -> None:
        run(check, Acme)

On the command line: `viva graders check acme.grading:Acme`.

A check makes graders as it needs them, in a loop of its own, and raises `Broken` with what was seen. It asks up to two
dozen times about answers to one small question. An error that means "not now" (GraderUnavailable, BadReply) is
passed on: then nothing was found out.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

from service.domain.attempt import MAX_ANSWER, Answer
from service.domain.grade import Evidence, Marking, Ungraded, assess
from service.errors import VivaError
from service.graders import Grader, close
from service.graders.contract_item import ANSWERS, GOOD, ITEM

Maker = Callable[[], Grader]
"""Makes a grader: its class, or a function that knows its settings."""
Check = Callable[[Maker], Awaitable[None]]

SILENT = ("", " \n", "?", "...", "Um.", "\u200b", "🤷")
DISGUISES = ("👩🏽‍🔬 Здравствуйте! {}", "é̂ﬁ {} 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "مرحبا، {} \U0001d518", "\u200b\ufeff{}", "{}\n\n🧑‍💻🧑‍💻")
"""Around an answer: characters outside the BMP, of several code points, composed, from right to left, invisible."""
NOISE = "The lift was full, so we took the stairs and spoke of the weather, the garden and the trains. "


class Broken(AssertionError):
    """The grader does not keep to the contract; the message says where."""


def run(check: Check, make: Maker) -> None:
    """Raises Broken, or what keeps a grader from working at the moment: GraderUnavailable, BadReply, ConfigError."""
    asyncio.run(_guarded(check, make))


async def _guarded(check: Check, make: Maker) -> None:
    try:
        await check(make)
    except (VivaError, Broken):
        raise
    except Exception as error:
        raise Broken(f"{type(error).__name__} came out, which is no error of service.errors: {error}") from error


async def its_identity_is_stable(make: Maker) -> None:
    """Name and version are there before the first grade, are the same after it, and for another of its kind."""

    async def work(grader: Grader) -> None:
        before = grader.identity.model_copy()
        _expect(bool(before.name.strip() and before.version.strip()), "name or version is empty")
        await grader.mark(ITEM, GOOD)
        _expect(grader.identity == before, f"{before} became {grader.identity}")
        other = make()
        await close(other)
        _expect(other.identity == before, f"one is {before}, the next {other.identity}")

    await _with(make, work)


async def a_good_answer_earns_something(make: Maker) -> None:
    """Otherwise most of the other checks would find nothing to look at."""

    async def work(grader: Grader) -> None:
        found = await grader.mark(ITEM, GOOD)
        reason = f" ({found.reason})" if isinstance(found, Ungraded) else ""
        _expect(_score(grader, found, GOOD) > 0, f"a good answer earns nothing{reason}")

    await _with(make, work)


async def silence_earns_nothing(make: Maker) -> None:
    """Neither does what has no words. `Ungraded` is a good answer too."""

    async def work(grader: Grader) -> None:
        for text in SILENT:
            answer = Answer(text=text)
            score = _score(grader, await grader.mark(ITEM, answer), answer)
            _expect(score == 0, f"{text!r} earns {score}")

    await _with(make, work)


async def evidence_stands_in_the_answer(make: Maker) -> None:
    """Word for word, at the place named; and nothing is credited without any."""

    async def work(grader: Grader) -> None:
        for answer in ANSWERS:
            _shown(await grader.mark(ITEM, answer), answer)

    await _with(make, work)


async def offsets_count_code_points(make: Maker) -> None:
    """Evidence stands in answers with emoji, marks that compose, other scripts and invisible characters as well."""

    async def work(grader: Grader) -> None:
        for disguise in DISGUISES:
            answer = Answer(text=disguise.format(GOOD.text))
            _shown(await grader.mark(ITEM, answer), answer)

    await _with(make, work)


async def verdicts_are_of_the_rubric(make: Maker) -> None:
    """Key points, mistakes and quantities that the rubric has, each once; a confidence is from 0 to 1."""

    async def work(grader: Grader) -> None:
        for answer in ANSWERS:
            found = await grader.mark(ITEM, answer)
            if isinstance(found, Marking):
                _known("key point", (v.point for v in found.verdicts), (p.id for p in ITEM.rubric.points()))
                _known("mistake", (f.mistake for f in found.mistakes), (m.id for m in ITEM.rubric.mistakes))
                _known("quantity", (r.quantity for r in found.quantities), (q.id for q in ITEM.rubric.quantities))
                wrong = [
                    v.confidence for v in found.verdicts if v.confidence is not None and not 0 <= v.confidence <= 1
                ]
                _expect(not wrong, f"confidence {wrong}")

    await _with(make, work)


async def the_same_answer_gets_the_same_verdicts(make: Maker) -> None:
    """Asked again, and asked of another of its kind. The wording of feedback may differ."""

    async def work(grader: Grader) -> None:
        first = _verdicts(await grader.mark(ITEM, GOOD))
        _expect(_verdicts(await grader.mark(ITEM, GOOD)) == first, "asked again, the verdicts differ")
        await _with(make, lambda other: _same(other, GOOD, first, "another of its kind says otherwise"))

    await _with(make, work)


async def answers_at_once_do_not_mix(make: Maker) -> None:
    """Marked at the same time, answers get what each gets alone."""

    async def work(grader: Grader) -> None:
        alone = [_verdicts(await grader.mark(ITEM, answer)) for answer in ANSWERS]
        together = await asyncio.gather(*(grader.mark(ITEM, answer) for answer in ANSWERS))
        for answer, before, found in zip(ANSWERS, alone, together, strict=True):
            _expect(_verdicts(found) == before, f"among others another verdict on {answer.text[:40]!r}")

    await _with(make, work)


async def the_longest_answer_is_no_trouble(make: Maker) -> None:
    """As many characters as an answer may have, what matters at its end; and one word as long as that."""

    async def work(grader: Grader) -> None:
        room = MAX_ANSWER - len(GOOD.text)
        padded = (NOISE * (room // len(NOISE) + 1))[:room] + GOOD.text
        for answer in (Answer(text=padded), Answer(text="x" * MAX_ANSWER)):
            _shown(await grader.mark(ITEM, answer), answer)

    await _with(make, work)


async def it_can_be_cancelled(make: Maker) -> None:
    """A mark that is cancelled while it waits ends at once, and the grader works on."""

    async def work(grader: Grader) -> None:
        before = _verdicts(await grader.mark(ITEM, GOOD))
        task = asyncio.ensure_future(grader.mark(ITEM, GOOD))
        for _ in range(3):
            await asyncio.sleep(0)
        if not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=5)
            _expect(task.done(), "five seconds after it was cancelled it still runs")
            _expect(task.cancelled(), "it kept the cancellation to itself")
        await _same(grader, GOOD, before, "after a cancelled mark the verdicts differ")

    await _with(make, work)


CHECKS: tuple[Check, ...] = (
    its_identity_is_stable,
    a_good_answer_earns_something,
    silence_earns_nothing,
    evidence_stands_in_the_answer,
    offsets_count_code_points,
    verdicts_are_of_the_rubric,
    the_same_answer_gets_the_same_verdicts,
    answers_at_once_do_not_mix,
    the_longest_answer_is_no_trouble,
    it_can_be_cancelled,
)


async def _with(make: Maker, work: Callable[[Grader], Awaitable[None]]) -> None:
    grader = make()
    try:
        await work(grader)
    finally:
        await close(grader)


async def _same(grader: Grader, answer: Answer, before: object, otherwise: str) -> None:
    _expect(_verdicts(await grader.mark(ITEM, answer)) == before, otherwise)


def _expect(kept: bool, otherwise: str) -> None:
    if not kept:
        raise Broken(otherwise)


def _score(grader: Grader, found: Marking | Ungraded, answer: Answer) -> float:
    return 0.0 if isinstance(found, Ungraded) else assess(found, ITEM.rubric, answer, grader.identity).overall


def _verdicts(found: Marking | Ungraded) -> object:
    """What has to be the same: not what it took, and not the words to the candidate."""
    if isinstance(found, Ungraded):
        return Ungraded
    return found.model_copy(update={"feedback": None, "follow_up": None, "calls": ()})


def _shown(found: Marking | Ungraded, answer: Answer) -> None:
    """Raises Broken where evidence does not stand in the answer, or is absent where it has to be."""
    if isinstance(found, Ungraded):
        _expect(bool(found.reason.strip()), "Ungraded has no reason")
        return
    shown: list[tuple[str, tuple[Evidence, ...]]] = [(f.mistake, f.evidence) for f in found.mistakes]
    shown += [(v.point, v.evidence) for v in found.verdicts if v.label != "missed"]
    shown += [(r.quantity, r.evidence) for r in found.quantities]
    for name, evidence in shown:
        _expect(bool(evidence), f"{name} has no evidence")
    shown += [(v.point, v.evidence) for v in found.verdicts]
    for name, evidence in shown:
        for each in evidence:
            stands = answer.text[each.start : each.end]
            where = f"characters {each.start} to {each.end}"
            _expect(each.stands_in(answer.text), f"{name}: {where} are {stands!r}, not {each.quote!r}")


def _known(kind: str, said: Iterable[str], known: Iterable[str]) -> None:
    counts = Counter(said)
    unknown = sorted(counts.keys() - set(known))
    twice = sorted(name for name, count in counts.items() if count > 1)
    _expect(not unknown, f"no such {kind}: {', '.join(unknown)}")
    _expect(not twice, f"{kind} twice: {', '.join(twice)}")
