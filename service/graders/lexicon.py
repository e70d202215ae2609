"""Closed classes of English words, and the verbs of technical talk. All lower case, as `words.read` folds text."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


FILLERS = _set("um umm uh uhm er erm ah hmm mm like basically literally okay ok yeah well")
ARTICLES = _set("the a an")
DETERMINERS = ARTICLES | _set("its their our your my every each this these those all any some both no another")
PREPOSITIONS = _set(
    "of from with into for by at on in to over under across between per during through onto within about via as than "
    "upon"
)
COORDINATORS = _set("and or")
CONTRASTS = _set("but while whereas although though however yet unlike conversely")
TIES = _set(
    "because since so which where when whenever if unless until once thus therefore hence thereby as who whose that "
    "otherwise"
)
"""Conjunctions whose clause says more about its neighbour."""
SPLITTERS = (CONTRASTS | TIES | _set("then")) - _set("unlike that as who whose thereby once")
NEGATORS = _set(
    "not no never cannot neither nor none nothing nobody nowhere isnt arent wasnt werent dont doesnt didnt cant "
    "couldnt wont wouldnt shouldnt hasnt havent hardly"
)
"""They deny to the end of their clause."""
AVOIDERS = _set("avoid prevent eliminate skip forbid prohibit omit lack without unlike non")
"""They deny the phrase after them, in any form of theirs."""
MERE = _set("only just merely simply")
"""After `not` they leave it no denial: "not only"."""
NO_DENIALS = frozenset({f"not {mere}" for mere in MERE} | {"no matter", "no doubt", "no wonder", "nothing but"})
PRONOUNS = _set("i you he she we it they this that these those there one who which what")
ANAPHORS = _set("it they this that these those them")
RELATIVES = _set("which where who whose")
AUXILIARIES = _set(
    "is are was were am be has have had do does did can could will would shall should may might must cannot "
    "isnt arent wasnt werent dont doesnt didnt cant couldnt wont wouldnt shouldnt hasnt havent"
)
QUESTION_STARTS = _set("what why how when where which who is are was does do did can could should would will has have")
FUNCTION_WORDS = (
    DETERMINERS | PREPOSITIONS | COORDINATORS | CONTRASTS | TIES | PRONOUNS | AUXILIARIES
    | _set("not nor neither never just only also very too more most much many such same own other them him her us me "
           "been being then there here now out up down off again")
)  # fmt: skip
GRAMMAR_WORDS = (ARTICLES | AUXILIARIES | PRONOUNS | TIES | CONTRASTS | _set("its their each every be")) - {"one"}
"""Words that sentences have and lists of terms hardly do."""
RELATING_WORDS = FUNCTION_WORDS - COORDINATORS
"""Words that make prose of a list; `and` and `or` do not."""

VERBS = _set(
    "accept access accumulate achieve act adapt add adjust affect aggregate agree align allow alternate amortise "
    "appear append apply approximate arise ask assign assume attend avoid balance become begin behave belong "
    "benefit break bring broadcast build call capture carry cause change check choose collapse combine come "
    "compare compete compress compute concatenate confuse connect consist consume contain continue contribute "
    "control converge convert copy correspond cost cover create cut decide decrease define degrade deliver demand "
    "depend describe detect determine differ diminish discard distinguish divide dominate drop eliminate emit "
    "enable encourage end enforce ensure equal estimate evaluate evict exceed execute exist expand explode expose "
    "express extend extract fail fall fetch fill find finish fit fix flow focus follow forbid force forget fuse "
    "gain gather generate get give go grow halve handle happen help hide hit hold hurt ignore improve include "
    "increase indicate inject insert introduce involve iterate judge keep know lack lead leak learn leave let lie "
    "limit look lose maintain make map materialise matter mean measure merge minimise mislead miss mix move "
    "multiply need normalise observe obtain occur offer omit operate optimise overlap pay penalise perform pick "
    "place point predict prefer preserve prevent process produce project protect prove provide prune push put "
    "quantise raise reach read receive recompute reduce refer reflect regenerate remain remove reorder repeat "
    "replace represent require rescale reset restrict result retain retrieve return reuse reward rewrite rise "
    "rotate route run sample saturate save say scale see select send separate serve set share shift show shrink "
    "shuffle sit skip slow solve speed spend split stall stand start stay stop store stream struggle subtract "
    "suffer sum support swap switch take teach tell tend think tie track trade train transform translate treat "
    "trigger tune turn understand unroll update use vanish vary verify wait want waste weigh win work write "
)

NUMBER_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip

_FORMS = (
    "go goes went gone; write wrote written; keep kept; run ran; grow grew grown; see saw seen; hold held; build "
    "built; lose lost; choose chose chosen; hide hid hidden; send sent; spend spent; take took taken; give gave "
    "given; make made; pay paid; mean meant; show shown; feed fed; think thought; say said; get got; become "
    "became; break broke broken; fall fell fallen; shrink shrank shrunk; throw threw thrown; bring brought; "
    "forget forgot forgotten; know knew known; speak spoke spoken; teach taught; leave left; matrix matrices; "
    "index indices; vertex vertices; sqrt root roots; infinity inf; times x; double "
    "twice"
)
IRREGULAR = {form: forms.split()[0] for forms in _FORMS.split(";") for form in forms.split()[1:]}
