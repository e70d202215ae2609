"""Loaded by schemathesis: what each person does works, so that there is something of theirs to get at."""

import os
from typing import Any

import httpx2
import schemathesis

from tests.api.walk import at, begin


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    path = case.operation.path
    if path.endswith("/sessions"):
        case.body = {"count": 1}
    elif "position" in case.path_parameters:
        case.path_parameters["position"] = 1
    if path.endswith("/submit"):
        headers = {"Authorization": case.headers["Authorization"]}
        with httpx2.Client(base_url=os.environ["VIVA_URL"], headers=headers) as client:
            session = begin(client)
            client.post(f"{at(session)}/open")
        case.path_parameters["session_id"] = session
        case.body = {"text": "It keeps keys and values."}
