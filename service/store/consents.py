"""What organisations have agreed to. Those that never said anything have no row."""

from datetime import datetime

from service.domain.consent import Consent
from service.store.engine import Tx, insert
from service.store.organisation_tables import ConsentRow


def get(tx: Tx, organisation: str) -> Consent | None:
    row = tx.get(ConsentRow, organisation)
    return Consent(llm=row.llm, speech=row.speech) if row else None


def put(tx: Tx, organisation: str, consent: Consent, now: datetime) -> None:
    values = consent.model_dump() | {"changed_at": now}
    added = insert(tx, ConsentRow).values(organisation=organisation, **values)
    tx.exec(added.on_conflict_do_update(index_elements=["organisation"], set_=values))
