"""Who may see and do what.

    request --identity.Identities--> Person --guard.Guard, by rules.required_role--> the view, or a refusal
    socket  --guard.SocketGate-----> Person --Live--> its rooms; Live closes it when the Person's access ends

Everything is denied unless it is allowed: a view that only reads needs a viewer, and any other one is refused unless it
declares its role with ``@requires``. ``rules.PUBLIC`` names the endpoints that need nobody.
"""
