"""The accounts of people whom somebody else has signed in: an OpenID provider or a reverse proxy."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from display.access.names import valid_name
from monitor.clock import Clock
from monitor.config.sign_in import EVERYBODY, Roles
from monitor.errors import PeopleError
from monitor.model.people import Account, NewAccount, Role

if TYPE_CHECKING:
    from monitor.store.people import PeopleStore

ACTOR = "Wallflower"
NO_ROLE = "You are signed in there, but nobody has given you access to Wallflower. Ask an admin."
NO_ADMIN_YET = "Wallflower has no admin yet, and you are not one. An admin has to sign in first."

log = logging.getLogger("wallflower.access")


@dataclass(frozen=True, slots=True)
class ExternalPerson:
    """A person as described by the identity provider or proxy."""

    identity: str
    """The issuer and its own, unchanging name of the person, as one text."""
    name: str
    """What the person is called when signing in."""
    full_name: str
    groups: Collection[str]


class ExternalAccounts:
    """Finds the account of an external person, adds it at the first visit, and keeps its role as the groups say."""

    def __init__(self, people: PeopleStore, roles: Roles, clock: Clock) -> None:
        self._people, self._clock = people, clock
        self._groups = {Role.ADMIN: roles.admin, Role.MEMBER: roles.member, Role.VIEWER: roles.viewer}

    def account(self, person: ExternalPerson) -> Account:
        """The account. Raises PeopleError with a text for the person, and StoreError."""
        role = self._role(person.groups)
        if role is None:
            raise PeopleError(NO_ROLE)
        known = self._people.account_by_identity(person.identity)
        if known is None:
            return self._add(person, role)
        if known.full_name != person.full_name and person.full_name:
            self._people.set_identity(known.id, person.identity, valid_name(person.full_name, "full name"))
        return known if known.role is role else self._with_role(known, role)

    def _role(self, groups: Collection[str]) -> Role | None:
        has = {EVERYBODY, *groups}
        return next((role for role, wanted in self._groups.items() if has.intersection(wanted)), None)

    def _add(self, person: ExternalPerson, role: Role) -> Account:
        if role is not Role.ADMIN and not self._people.has_accounts():
            raise PeopleError(NO_ADMIN_YET)
        name = valid_name(person.name)
        if self._people.account(name):
            # It may belong to somebody else: a name alone must not open an account that has a password.
            raise PeopleError(
                f'There is already an account with the name "{name}" that belongs to another way of signing in. '
                "An admin can remove it."
            )
        full_name = valid_name(person.full_name or name, "full name")
        new = NewAccount(name, full_name, role, identity=person.identity)
        return self._people.add_account(new, self._clock.now(), ACTOR)

    def _with_role(self, account: Account, role: Role) -> Account:
        try:
            self._people.set_role(account.id, role, self._clock.now(), ACTOR)
        except PeopleError as error:  # the last admin
            log.warning("%s keeps the role %s: %s", account.name, account.role.label, error)
        return self._people.account(account.name) or account
