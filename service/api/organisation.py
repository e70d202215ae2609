"""What an organisation has agreed to."""

from fastapi import APIRouter

from service.api.deps import Admin, Now, Uses
from service.api.problems import problems
from service.api.schemas.accounts import ConsentIn, DestinationOut, OrganisationOut
from service.domain.attempt import Person
from service.domain.consent import Consent
from service.wiring import Services

router = APIRouter(tags=["privacy"], responses=problems(401, 403, 422, 503))


@router.get("/organisation")
async def read_organisation(uses: Uses, who: Admin) -> OrganisationOut:
    """What your organisation has agreed to have sent elsewhere, and where that would go."""
    return await _organisation(uses, who)


@router.put("/organisation", responses=problems(413))
async def change_organisation(wish: ConsentIn, uses: Uses, who: Admin, now: Now) -> OrganisationOut:
    """Agree, or withdraw that. Without it answers are graded here, by the keyword grader, and typed."""
    await uses.consents.change(who, Consent(**wish.model_dump()), now)
    return await _organisation(uses, who)


async def _organisation(uses: Services, who: Person) -> OrganisationOut:
    consent, hearer = await uses.consents.of(who.organisation), uses.consents.hearer
    return OrganisationOut(
        organisation=who.organisation,
        **consent.model_dump(),
        models=[DestinationOut(**model.model_dump()) for model in uses.consents.models],
        hearer=DestinationOut(**hearer.model_dump()) if hearer else None,
    )
