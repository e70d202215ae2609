"""Words that say the contrary of each other. A vector hardly tells them apart, as they stand in the same places."""

import re
from collections.abc import Iterator
from itertools import product

from service.graders.words import stem

_COMPARED = """
fast quick rapid | slow; large big great | small tiny; high | low; long | short; wide broad | narrow; deep | shallow;
cheap | expensive costly dear; heavy | light; strong | weak; thick | thin; hot warm | cold cool; near close | far
distant; hard difficult | easy simple; hard | soft; rough coarse | smooth fine; tall | short; old | new young; loud |
quiet; bright | dark dim; rich | poor; sharp | blunt; steep | flat; tight | loose; dense | sparse; early | late
"""
"""Adjectives: each on one side says the contrary of each on the other, in all degrees ("faster" and "slow")."""
_OTHERS = """
more | less fewer equal; many | few; most | least; greater | less; better | worse; best | worst; farther | closer
nearer; further | closer nearer; increase | decrease reduce; grow | shrink; rise | fall; gain | lose; add | remove
subtract; insert | delete; multiply | divide; accelerate | slow; raise | lower; improve | worsen; before | after;
first | last; past | future; previous | next; above | below; over | under; up | down; left | right; inside | outside;
internal | external; inner | outer; local | global; front | back; top | bottom; begin | end; start | stop end; open |
close; always | never; all | none; every | no; everything | nothing; same | different; equal | unequal; like | unlike;
similar | different; true | false; right | wrong; correct | incorrect; positive | negative; maximum | minimum;
maximise | minimise; full | empty; complete | partial; exact | approximate; static | dynamic; sequential | parallel;
serial | parallel; encoder | decoder; encode | decode; input | output; read | write; compress | expand; wet | dry;
absorb | reflect; attract | repel; push | pull; sink | float; connect | disconnect; connected | separated; attached |
detached; on | off; public | private; allow | prevent forbid; enable | disable; accept | reject; succeed | fail; keep
| discard; remember | forget; store | drop; possible | impossible; dependent | independent; bounded | unbounded;
limited | unlimited; supervised | unsupervised; directed | undirected; linear | nonlinear; continuous | discrete;
deterministic | random; ordered | unordered; stable | unstable; important | unimportant; useful | useless; necessary |
unnecessary; with | without; constant | variable; ascending | descending; predecessor | successor; parent | child;
send | receive; buy | sell; win | lose; safe | dangerous
"""


def _degrees(word: str) -> tuple[str, ...]:
    """The stems of "big", "bigger", "biggest". Some of these nobody says."""
    if word.endswith("y"):
        base = word[:-1] + "i"
    elif re.fullmatch(r"[^aeiou]+[aeiou][bdgmnt]", word):
        base = word + word[-1]
    else:
        base = word.removesuffix("e")
    return stem(word), stem(f"{base}er"), stem(f"{base}est")


def _as_it_is(word: str) -> tuple[str, ...]:
    return (stem(word),)


def _opposites() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, forms in ((_COMPARED, _degrees), (_OTHERS, _as_it_is)):
        for entry in table.split(";"):
            one, other = ([form for word in side.split() for form in forms(word)] for side in entry.split("|"))
            for a, b in (*product(one, other), *product(other, one)):
                found.setdefault(a, set()).add(b)
    return found


_OPPOSITES = _opposites()
_DEGREES = {form: forms for forms in map(_degrees, re.findall(r"\w+", _COMPARED)) for form in forms}
_PREFIXES = ("un", "in", "im", "dis", "non", "ir")
_LEAST = 4
"""Letters of a word whose contrary may be made by a prefix."""


def opposites(word: str) -> Iterator[str]:
    """Stems of what says the contrary of the stem `word`; not all of them are words."""
    yield from _OPPOSITES.get(word, ())
    for prefix in _PREFIXES:
        if len(word) >= _LEAST:
            yield prefix + word
        if word.startswith(prefix) and len(word) >= _LEAST + len(prefix):
            yield word.removeprefix(prefix)


def degrees(word: str) -> tuple[str, ...]:
    """Stems of an adjective in all degrees, by the stem of any; of other words none."""
    return _DEGREES.get(word, ())
