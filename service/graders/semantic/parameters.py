"""All numbers that the grader was given. docs/grading.md has the sweeps that they were set by, on graded sets and on
anchors that cues were written with. None is fitted to a question, none to a held-out anchor.
"""

ALIKE = (0.0, 0.6)
"""Cosines of two words in context that count as nothing and as the same."""
NEARLY = 0.9
"""The most that a word counts for that is not the same by its stem or by its names."""
QUESTION_WORD = 0.1
"""Weight of a word that the question gave away; any other has 1."""
OPPOSED = 0.1
"""What a word costs, of its weight, that the answer denies or replaces by its opposite."""
DENIED = 0.55
"""Share of a truth that a clause has to deny for its sentence to be taken for a contradiction."""
REPEATED = 0.95
"""Share of a truth that a clause has to say, one denial more or less, for the same."""
NOTHING_ELSE = 0.7
"""... and share of the clause that has to be in the truth."""
DISTRUST = 0.5
"""What is left of all evidence where half of the sentences contradict."""
LISTED = 0.6
"""What words in a list of terms count for; one with pauses may say all of what is no sentence itself."""
CROSSED = 0.5
"""What is left of a statement of which the answer says a word's opposite, or whose parts it joins crosswise."""
TOGETHER = 0.8
"""Share of the evidence that has to stand in one place; the rest may be spread over the answer."""
NO_MORE = 0.2
"""Share of the evidence that asks the other way round: how much of what stands there the statement says."""
DENYING = (0.35, 1.0, 0.9)
"""Share of an answer's verbs that are denied, from which on truths without a denial count less; from which on least;
and how much less."""
STRANGERS = (0.16, 0.24, 0.7)
"""The same of neighbours that belong together in no statement, for each word of the answer."""
WORDS_BEFORE = 8
"""Words added to an answer's for that: few words prove little."""
STRONG = 0.9
"""How alike two words have to be for that."""
RIVAL, RIVALRY, MOST_RIVALRY = 0.1, 0.5, 0.3
"""Evidence for a mistake in the same place counts against a truth from so little less than the truth's own on; what
each point of it costs; and the evidence from which on it costs no more."""
MISTAKEN = 0.2
"""What a key point loses without cues where a mistake is asserted."""
EVEN, STEEPNESS = 0.635, 10.8
"""Evidence at which a key point is as likely met as not, and how fast the odds (as logarithm) grow with it."""
CUES = {"met": 1.95, "partial": 0.0, "missed": -1.04}
"""What cues add to the odds, as logarithm: of key points that are met they find two thirds, of others a tenth."""
FEW_CUES = 1
"""Groups of cues up to which their absence tells nothing."""
MET, PARTIAL = 0.4, 0.3
"""Probability from which on a key point is met, or partly met."""
ASSERTED, BEYOND_TRUTH = 0.6, 0.3
"""Evidence of a mistake in one clause, and how much more of it than of any truth there, for it to be asserted."""
