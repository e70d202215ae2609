"""API tokens: everybody's own."""

from uuid import UUID

from fastapi import APIRouter, Response

from service.api.deps import Now, SignedIn, Uses
from service.api.problems import problems
from service.api.schemas.accounts import NewTokenOut, TokenIn, TokenOut, TokensOut
from service.domain.identity import SCOPES, Token
from service.errors import Conflict
from service.wiring import Services

router = APIRouter(prefix="/auth/tokens", tags=["API tokens"], responses=problems(401, 403, 409, 422, 503))


@router.get("")
async def list_tokens(uses: Uses, who: SignedIn) -> TokensOut:
    """Your API tokens, the newest first; those that ended or were revoked too."""
    _require_accounts(uses)
    return TokensOut(items=[_token(token) for token in await uses.tokens.all(who.person)])


@router.post("", status_code=201, responses=problems(413))
async def make_token(wish: TokenIn, response: Response, uses: Uses, who: SignedIn, now: Now) -> NewTokenOut:
    """Make an API token. Its secret is in this answer, and nowhere else ever after."""
    _require_accounts(uses)
    token, secret = await uses.tokens.make(who, wish.name, frozenset(wish.scopes), wish.days, now)
    response.headers["Cache-Control"] = "no-store"
    return NewTokenOut(**_token(token).model_dump(), secret=secret)


@router.delete("/{token_id}", status_code=204, response_class=Response, responses=problems(404))
async def revoke_token(token_id: UUID, uses: Uses, who: SignedIn, now: Now) -> Response:
    """Revoke an API token: it is refused from now on. Once more changes nothing."""
    _require_accounts(uses)
    await uses.tokens.revoke(who.person, token_id, now)
    return Response(status_code=204)


def _require_accounts(uses: Services) -> None:
    if not uses.settings.sign_in.configured:
        raise Conflict("There are no accounts here: nobody has to sign in.")


def _token(token: Token) -> TokenOut:
    scopes = [scope for scope in SCOPES if scope in token.scopes]
    return TokenOut(**token.model_dump(exclude={"scopes"}), scopes=scopes)
