"""POST /mcp: the tools over HTTP, for whoever has an API token, if the config has ``mcp = true``."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from display.access.guard import current_account
from display.access.permissions import opens_to_tokens, reads_by_post, requires
from display.api.answers import Answers
from display.api.views import count_request
from display.mcp_server import McpMissing, load_protocol
from display.mcp_server.tools import Tools
from display.pages.context import page_context
from display.pages.errors import error_json
from display.server.capacity import TOOL_CALLS, limited
from monitor.model.people import Role

PASSED_ON = ("Accept", "Content-Type", "Mcp-Protocol-Version", "Mcp-Session-Id", "Mcp-Method", "Mcp-Name")

blueprint = Blueprint("mcp", __name__)
blueprint.before_request(count_request)


@blueprint.post("/mcp")
@requires(Role.VIEWER)
@opens_to_tokens
@reads_by_post
@limited(TOOL_CALLS)
def endpoint() -> Response:
    """Answer one message of an assistant."""
    context, account = page_context(), current_account()
    if not context.config.server.mcp:
        abort(404)
    try:
        protocol = load_protocol()
    except McpMissing as error:
        return error_json(503, str(error))
    tools = Tools(lambda: Answers(context, account, context.clock.now()))
    headers = {name: value for name, value in request.headers.items() if name in PASSED_ON}
    found = protocol.answer_http(tools, context.version, headers | {"Host": "localhost"}, request.get_data(cache=False))
    response = Response(found.body, found.status)
    response.headers.update(found.headers)
    return response
