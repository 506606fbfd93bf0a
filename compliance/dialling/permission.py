"""Does whoever has the number want the call: lists, revocations, consent on file, and bans that no wish lifts. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from compliance.dialling.asked import Asked, Consent, Facts, ListCopy
from compliance.dialling.decision import Reason, reason
from compliance.dialling.found import Found
from compliance.dialling.rulebook import Law, RegisterAt, Rulebook
from compliance.dialling.terms import CONSENT_MILD_TO_STRICT, ConsentKind, covers

_AHEAD = timedelta(days=1)  # a list may carry tomorrow's date, where tomorrow is today already


def own_list(asked: Asked, facts: Facts, book: Rulebook) -> Found:
    row = book.ours["own-list"]
    against = tuple(
        reason("own_list", row, f"asked on {one.at.date()} not to be called, as {one.id} has it ({one.scope})")
        for one in facts.listed
        if covers(one.scope, asked.purpose) and _of_seller(one.seller, asked.seller)
    )
    return Found("own_list", "the own list does not have the number", against)


def revocation(asked: Asked, facts: Facts, book: Rulebook) -> Found:
    """A consent that is newer than the revocation lifts it."""
    row, against = book.ours["revocation"], list[Reason]()
    for one in facts.revocations:
        if not covers(one.scope, asked.purpose) or not _of_seller(one.seller, asked.seller):
            continue
        if not any(given.given_at > one.at for given in _standing(asked, facts)):
            against.append(reason("revocation", row, f"consent was taken back on {one.at.date()}, as {one.id} has it"))
    return Found("revocation", "no revocation stands", tuple(against))


def registers(asked: Asked, facts: Facts, law: Law, book: Rulebook) -> Found:
    """A list that the law wants looked at has to be there, young enough, and without the number; so does any other."""
    against = [one for wanted in law.registers for one in _register(asked, facts.lists, wanted)]
    named = {wanted.register for wanted in law.registers}
    for copy in facts.lists:
        if copy.has_number and copy.register not in named and covers(copy.scope, asked.purpose):
            says = f"the list {copy.name} of {copy.dated} has the number"
            against.append(reason("register", book.ours["imported-list"], says))
    return Found("register", "every list that counts was looked at, and none has the number", tuple(against))


def _register(asked: Asked, lists: tuple[ListCopy, ...], wanted: RegisterAt) -> list[Reason]:
    if wanted.register:
        copies = [one for one in lists if one.register == wanted.register]
    else:
        copies = [one for one in lists if one.place.partition("-")[0] == wanted.country and wanted.country]
    what = wanted.register or f"any list of {wanted.country or 'an unknown country'}"
    places = (wanted.country,) if wanted.country else ()
    if not copies:
        return [reason("register", wanted.row, f"no copy of {what} was imported", places=places)]
    today, against = asked.at.astimezone(UTC).date(), list[Reason]()
    stale = [one for one in copies if (today - one.dated).days > wanted.max_age_days or one.dated > today + _AHEAD]
    if stale and (wanted.register or len(stale) == len(copies)):  # of a register every part has to be young enough
        oldest = min(stale, key=lambda one: one.dated)
        says = (
            f"the copy {oldest.name} of {what} is of {oldest.dated}; it may be {wanted.max_age_days} days old and not "
            "of a day to come"
        )
        against.append(reason("register", wanted.row, says, places=places))
    against += [
        reason("register", wanted.row, f"the list {one.name} of {one.dated} has the number", places=places)
        for one in copies
        if one.has_number
    ]
    return against


def bans(facts: Facts, law: Law) -> Found:
    against = tuple(
        reason("ban", row, row.says, places=(row.place,))
        for row in law.bans
        if row.while_ == "always" or row.place in facts.declared
    )
    return Found("ban", "no ban stands", against)


def consent(asked: Asked, facts: Facts, law: Law) -> Found:
    """The strictest that any place needs decides which one the call rests on."""
    if not law.consents:
        return Found("consent", "the call needs no consent")
    standing = _standing(asked, facts)
    best = max(standing, key=lambda one: (CONSENT_MILD_TO_STRICT.index(one.kind), one.given_at), default=None)
    has: ConsentKind | None = best.kind if best else None
    against = tuple(
        reason("consent", row, _missing(has, needed.needs, row.says), places=(row.place,) if row.place else ())
        for row, needed in law.consents
        if has is None or CONSENT_MILD_TO_STRICT.index(has) < needed.strictness
    )
    if against or best is None:
        return Found("consent", "", against)
    return Found(
        "consent", f"the call rests on {best.id}: {best.kind} consent of {best.given_at.date()}", consent=best.id
    )


def _missing(has: ConsentKind | None, needs: ConsentKind, says: str) -> str:
    there = f"only {has} consent is on file" if has else "no consent that counts is on file"
    return f"{there}, and {needs} is needed: {says[:1].lower()}{says[1:].rstrip('.')}"


def _standing(asked: Asked, facts: Facts) -> list[Consent]:
    """For this seller and purpose, given by then with evidence, and neither withdrawn nor revoked since."""
    return [
        one
        for one in facts.consents
        if asked.seller
        and one.seller.casefold() == asked.seller.casefold()
        and asked.purpose in one.purposes
        and one.evidence
        and one.given_at <= asked.at
        and (one.withdrawn_at is None or one.withdrawn_at > asked.at)
        and not _is_revoked(asked, facts, one.given_at)
    ]


def _is_revoked(asked: Asked, facts: Facts, given_at: datetime) -> bool:
    return any(
        one.at >= given_at and covers(one.scope, asked.purpose) and _of_seller(one.seller, asked.seller)
        for one in facts.revocations
    )


def _of_seller(named: str, asked: str) -> bool:
    """What names no seller stands for all; a call that names none is anybody's."""
    return not named or not asked or named.casefold() == asked.casefold()
