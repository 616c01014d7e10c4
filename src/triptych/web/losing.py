"""A record of a lost phone ends what was open on it, by whatever door it was filed."""

from django.contrib.auth.models import User

from triptych.ledger import Filed
from triptych.web.entering import lose
from triptych.web.house import house

FORM, ROLE = "phone_lost", "participant"


def account_of(participant: str) -> User | None:
    """The account by which a participant gets in, if they have one that may."""
    whole = house().trial.system_view()
    named = [one.person for one in whole.grants() if one.role == ROLE and one.participant == participant]
    return User.objects.filter(username__in=named, is_active=True).first()


def carry_out(filed: Filed, participant: str | None) -> None:
    """End what was open on the phone that a filed record says is lost; nothing where it says nothing of one.

    The code that then holds is known to nobody: the page for it gives one that is. A record that comes again ends
    nothing again, since its participant may have a new phone by then.
    """
    is_one = filed.record.form == FORM and not filed.repeated
    user = account_of(participant) if is_one and participant else None
    if user is not None:
        lose(user)
