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
COPIED, COPIED_WORDS = 0.85, 3
"""Share of a truth's content words that a sentence with one denial more or less has to repeat, to contradict it; and
how many of these there have to be."""
NOTHING_ELSE = 0.7
"""... and share of the sentence's that have to be in the truth."""
DISTRUST = 0.5
"""What is left of all evidence where half of the sentences contradict."""
LISTED = 0.5
"""What words in a list of terms count for; one with pauses may say all of what is no sentence itself."""
CROSSED = 0.4
"""What is left of a statement of which the answer says a word's opposite, or whose parts it joins crosswise."""
TOGETHER = 0.8
"""Share of the evidence that has to stand in one place; the rest may be spread over the answer."""
NO_MORE = 0.3
"""Share of the evidence that asks the other way round: how much of what stands there the statement says."""
DENYING = (0.35, 1.0, 0.9)
"""Share of an answer's verbs that are denied, from which on truths without a denial count less; from which on least;
and how much less."""
STRANGERS = (0.16, 0.24, 0.7)
"""The same of neighbours that belong together in no statement, for each word of the answer."""
LISTING = (0.6, 0.9, 1.0)
"""The same of words that stand in lists, for what the answer as a whole adds."""
WORDS_BEFORE = 8
"""Words added to an answer's for that: few words prove little."""
STRONG = 0.9
"""How alike two words have to be for that."""
RIVAL, RIVALRY = 0.4, 0.7
"""How surely a place says a mistake from which on it counts against a key point that it says; and what each point of
that costs."""
RATHER, WRONG = 0.5, 0.3
"""How surely a clause says a mistake from which on its words are taken for mistaken; and what a key point loses where
all words of the answer are: who is mistaken throughout uses the right words for something else."""
MISTAKEN = 0.2
"""What a key point loses without cues where a mistake is asserted."""
BEST = 0.5
"""Share of a key point's statements that count, those that the answer says most of: one may be like it by chance."""
CLOSE, MATTER = 0.6, 0.8
"""What each point of cosine of a place and the key point's statement adds; and how much of the whole answer's cosine is
taken off before, as it comes of the matter alone."""
DISTINCT = 0.8
"""What each point adds by which a place says more of the key point than of any other."""
LITERAL = 0.25
"""What the share of it adds that stands somewhere in the answer in its own words."""
WHOLE, USUAL = 1.0, 0.39
"""What an answer adds that says all of the key points taken together, to one that is all that is asked; others get by
the root of their share in the weights. And how much an answer says of them at which nothing is added."""
RECALLED, ASKED, KNOWN = 0.6, 0.5, 0.8
"""Share of the whole that is words in common, beside meaning; weight of those that the question gave away; and how
alike two words have to be for that."""
UNDENIED = 0.11
"""What is taken off where a key point denies something and the place that says most of it does not."""
EVEN, STEEPNESS = 0.86, 9.0
"""Evidence at which a key point is as likely met as not, and how fast the odds (as logarithm) grow with it."""
CUES = {"met": 1.3, "partial": 0.0, "missed": -0.8}
"""What cues add to the odds, as logarithm: of key points that are met they find two thirds, of others a tenth."""
FEW_CUES = 1
"""Groups of cues up to which their absence tells nothing."""
MET, PARTIAL = 0.4, 0.3
"""Probability from which on a key point is met, or partly met."""
ASSERTED = 0.63
"""Evidence from which on a mistake is asserted."""
MISTAKE_TRUTH, MISTAKE_CLOSE, MISTAKE_DENIED = 0.25, 0.6, 0.15
"""What of that each point costs that the place says of its correction or a key point; what each point of cosine
brings by which the mistake's meaning is nearer than theirs and the model answer's; and what is taken off where the
place denies something and the mistake does not."""
