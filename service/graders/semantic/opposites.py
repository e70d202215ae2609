"""Words that say the contrary of each other. A vector hardly tells them apart, as they stand in the same places."""

from collections.abc import Iterator

from service.graders.words import stem

_PAIRS = """
more less | more fewer | most least | larger smaller | large small | big small | bigger smaller | higher lower
| high low | greater less | greater smaller | longer shorter | long short | faster slower | fast slow |
quick slow | cheaper dearer | cheap expensive | wider narrower | wide narrow | deeper shallower |
harder easier | hard easy | hard soft | heavy light | better worse | best worst | strong weak |
stronger weaker | increase decrease | increase reduce | grow shrink | rise fall | gain lose | add remove |
add subtract | insert delete | multiply divide | accelerate slow | raise lower | improve worsen | before after
| earlier later | first last | early late | past future | previous next | above below | over under | up down |
left right | inside outside | internal external | inner outer | local global | front back | top bottom |
begin end | start stop | start end | open close | always never | all none | every no | everything nothing |
same different | equal unequal | like unlike | similar different | true false | right wrong |
correct incorrect | positive negative | maximum minimum | maximise minimise | full empty | complete partial |
exact approximate | static dynamic | sequential parallel | serial parallel | encoder decoder | encode decode |
input output | read write | compress expand | sparse dense | hot cold | warm cool | wet dry | hotter colder |
absorb reflect | attract repel | push pull | sink float | connect disconnect | connected separated |
attached detached | on off | public private | allow prevent | allow forbid | enable disable | accept reject |
succeed fail | keep discard | remember forget | store drop | possible impossible | dependent independent |
bounded unbounded | limited unlimited | supervised unsupervised | directed undirected | linear nonlinear |
continuous discrete | deterministic random | ordered unordered | stable unstable | important unimportant |
useful useless | necessary unnecessary | with without | more equal | constant variable | ascending descending
| predecessor successor | parent child | send receive | buy sell | win lose | safe dangerous
""".replace("\n", "|")


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one, other in (map(stem, pair.split()) for pair in _PAIRS.split("|") if pair.strip()):
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


_OPPOSITES = _opposites()
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
