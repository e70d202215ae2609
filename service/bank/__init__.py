"""The bank: questions and rubrics, read once and never changed.

A wrong file stops the load with its path, line and reason: `files.py` reads, `marked.py` knows the
lines, `complaints.py` words the reason, `bank.py` is what was read, `search.py` finds in it, and
`banks.py` says who has what.
"""

from service.bank.bank import Bank
from service.bank.banks import Banks, load_bank, load_banks

__all__ = ["Bank", "Banks", "load_bank", "load_banks"]
