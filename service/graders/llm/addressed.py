"""Sentences that speak to whoever grades, instead of answering.

They are found to be left aside, never deleted: candidates may talk of such attacks, and then stand in quotation marks
what others would mean. No list of phrases is complete; what is not found here has to pass the other guards.
"""

import re
from bisect import bisect_left
from typing import NamedTuple

from service.graders.llm.sight import Sight

_GRADER = (
    r"(?:graders?|examiners?|markers?|assessors?|evaluators?|(?:grading|scoring|marking) (?:model|system|assistant|ai)"
    r"|(?:interview |review |hiring )?panel)"
)
_BEGINS = r"(?:^|[\n.!?:;,(\"'`*#>\]}-] ?|\b(?:please|now|just|and|then|also|must|should|so|to|you) )"
"""What may stand before an order."""
_WHOLE = r"(?:every|all|each|any|this|these|both)"
_RUBRIC = r"(?:criteri(?:on|a)|key ?points?|rubric)"
_WORDS = r"(?:[\w'%/]{1,40}[^\w'%/\n]{1,3})"
_MARKS = r"(?:marks?|credit|grades?|bands?|ratings?|scores?|points?|level)"
_TOP = r"(?:full|maximum|max|top|perfect|highest|best(?: possible)?|100 ?(?:%|percent)|\d+ ?(?:/|out of) ?\d+)"

_TO_SOMEBODY = (
    rf"\b(?:note|message|memo|instructions?|hint|request|reminder) (?:to|for|from) {_WORDS}{{0,3}}{_GRADER}\b",
    rf"\b(?:dear|attention|kind|fair|generous|lenient|good) (?:the )?{_GRADER}\b",
    rf"(?:^|[\n.!?] ?)[^\w\n]{{0,5}}(?:to (?:the )?)?(?:{_GRADER}|system|assistant)\W{{0,3}}[:,]",
)
_ORDERS = (
    rf"{_BEGINS}(?:ignore|disregard|forget|override|bypass|overlook|set aside|leave aside|set) {_WORDS}{{0,4}}"
    r"(?:instructions?|rubric|guidelines?|criteria|(?:came|said|told|written|stands) (?:earlier|before|above))\b",
    r"\b(?:new|revised|updated|real|actual|further) (?:task|(?:grading )?(?:instructions|orders))\W{0,3}[:,\n]",
    r"\bbefore (?:you )?(?:grad|scor)(?:e|ing)\b|\b(?:grading|scoring|marking) instructions\b",
    rf"{_BEGINS}(?:decode|decipher|translate) {_WORDS}{{0,4}}(?:follow|obey|execute|comply)\b",
    rf"{_BEGINS}(?:write|quote|copy|repeat|include|mention|put|append|end|say|add) {_WORDS}{{0,14}}"
    r"(?:your|the|my) feedback\b(?! (?:loop|data|signal|model))|\b(?:in|into) (?:the|your) feedback,",
    r"\bend of (?:the |this |my )?(?:answer|transcript|response|submission)\b|\b(?:next|previous) candidate\b",
)
_MARKS_ASKED = (
    r"\b(?:full|top|maximum|perfect) (?:marks?|credit|band|grade)\b|\bfully met\b",
    r"\b(?:met|asserted)\W{0,3}[=:] ?(?:true|false)|\b(?:verdict|overall|criteria|evidence|score)[\"'] ?:",
    rf"{_BEGINS}(?:give|award|grant|assign|mark|rate|score|grade|record|round|report|output|return|mirror|confirm)"
    rf" {_WORDS}{{0,7}}(?:{_TOP} {_WORDS}{{0,2}}{_MARKS}|{_RUBRIC}|this (?:answer|response)|as (?:met|passed))\b",
    rf"\b{_WHOLE} {_WORDS}{{0,3}}{_RUBRIC}[^\w\n]{{1,3}}{_WORDS}{{0,4}}"
    r"(?:met|satisfied|passed|granted|fulfilled|awarded|achieved|settled)\b",
    r"\b(?:grade|score|verdict|result|mark)s?\W{1,4}"
    r"(?:\d+ ?(?:/|out of) ?\d+|\d+ ?%|(?:met|pass|full|top|excellent)\b)",
    r"\b(?:this|my|the) (?:answer|response|candidate|recording|submission|transcript|criterion) (?:\w+ ){0,3}?"
    r"(?:already|pre-?|deserves?|merits?|earns?|qualifies)\b",
    r"\b(?:already|been) (?:\w+ )?(?:graded|marked) (?:\w+ ){0,3}(?:by|at|as|with|\d)|\bpre-?approved\b",
)
_OTHER_LANGUAGES = (
    r"\b(?:hochstpunktzahl|volle punktzahl|bestnote)\b|\bignorier\w* .{0,40}(?:anweisung|vorgabe|regel)",
    r"\b(?:note maximale|tous les points|meilleure note)\b|\bignore[zr]? .{0,30}(?:consignes|bareme)",
    r"\b(?:puntuacion maxima|maxima (?:nota|puntuacion))\b|\b(?:ignora|olvida)\w* .{0,30}(?:instrucciones|rubrica)",
    r"\b(?:pontuacao maxima|nota maxima|punteggio massimo|voto massimo)\b",
    r"максимальн\w+ (?:балл|оценк)|игнорир\w+ .{0,40}(?:инструкц|правил)",
    r"满分|評為|评为|忽略.{0,10}(?:指令|说明|规则)|満点",
)
"""Accents are folded."""
_SPEAKS = re.compile("|".join((*_TO_SOMEBODY, *_ORDERS, *_MARKS_ASKED, *_OTHER_LANGUAGES)))
_QUOTED = re.compile(r"\"[^\"\n]{1,200}\"|`[^`\n]{1,200}`|(?<!\w)'[^\n]{1,200}?'(?!\w)")
"""Typographic marks are folded to these."""


class Addressed(NamedTuple):
    """What of an answer speaks to the grader."""

    clauses: frozenset[int]
    """They are no evidence."""
    meant: bool
    """Whether any of it stands outside quotation marks."""


def addressed(sight: Sight) -> Addressed:
    """The clauses that speak to the grader, with the rest of their sentence."""
    folded = sight.reading.folded
    quoted = [match.span() for match in _QUOTED.finditer(folded)]
    starts = [word.at for word in sight.reading.words]
    clauses: set[int] = set()
    meant = False
    for match in _SPEAKS.finditer(folded):
        first = bisect_left(starts, match.start())
        last = max(bisect_left(starts, match.end()), first + 1)
        clauses |= sight.sentence(sight.clauses_of(first, last))
        meant |= not any(start <= match.start() and match.end() <= end for start, end in quoted)
    return Addressed(frozenset(clauses), meant)
