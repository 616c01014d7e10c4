"""The macros over lists. A hole that a filter left is unknown, and so is the end of a list that nobody affirmed."""

from collections.abc import Callable

from triptych.rules._values import Hole, Listing, Missing, Scope
from triptych.rules.errors import RuleFault

Step = Callable[[Scope], object]
Judge = Callable[[Scope, Listing], object]


def unknown(answer: object) -> frozenset[str]:
    """Return the paths of an answer that is neither true nor false. Raises `RuleFault` if it is not unknown either."""
    if isinstance(answer, Missing):
        return answer.paths
    raise RuleFault("a condition answers with something that is neither true nor false")


def listing_of(value: object) -> Listing | Missing:
    """Take a list, or what is missing instead of it. Raises `RuleFault` on anything else."""
    if isinstance(value, Listing | Missing):
        return value
    raise RuleFault("a list is wanted here")


def quantified(kind: str, over: Step, slot: int, body: Step) -> Step:
    """Make a macro over a list, whose variable stands in a slot of the scope."""
    judge = QUANTIFIERS[kind](slot, body)

    def step(scope: Scope) -> object:
        listing = listing_of(over(scope))
        if isinstance(listing, Missing):
            return listing
        scope.paths[slot] = listing.path
        return judge(scope, listing)

    return step


def _decided(slot: int, body: Step, *, decides: bool) -> Judge:
    """`exists`, which true decides, and `all`, which false decides."""
    otherwise = not decides

    def judge(scope: Scope, over: Listing) -> object:
        slots, missing = scope.slots, over.unaffirmed
        for element in over.items:
            slots[slot] = element
            answer = element if type(element) is Hole else body(scope)
            if answer is decides:
                return decides
            if answer is not otherwise:
                missing |= unknown(answer)
        return Missing(missing) if missing else otherwise

    return judge


def _exists(slot: int, body: Step) -> Judge:
    return _decided(slot, body, decides=True)


def _all(slot: int, body: Step) -> Judge:
    return _decided(slot, body, decides=False)


def _exists_one(slot: int, body: Step) -> Judge:
    def judge(scope: Scope, over: Listing) -> object:
        count, missing = 0, over.unaffirmed
        for element in over.items:
            scope.slots[slot] = element
            answer = element if type(element) is Hole else body(scope)
            if answer is True:
                count += 1
                if count > 1:
                    return False
            elif answer is not False:
                missing |= unknown(answer)
        return Missing(missing) if missing else count == 1

    return judge


def _filter(slot: int, body: Step) -> Judge:
    def judge(scope: Scope, over: Listing) -> object:
        slots, kept = scope.slots, []
        for element in over.items:
            slots[slot] = element
            answer = element if type(element) is Hole else body(scope)
            if answer is True:
                kept.append(element)
            elif answer is not False:
                kept.append(Hole(unknown(answer)))
        return Listing(kept, over.unaffirmed, over.path)

    return judge


def _map(slot: int, body: Step) -> Judge:
    def judge(scope: Scope, over: Listing) -> object:
        slots, found = scope.slots, []
        for element in over.items:
            slots[slot] = element
            found.append(element if type(element) is Hole else body(scope))
        return Listing(found, over.unaffirmed, over.path)

    return judge


QUANTIFIERS: dict[str, Callable[[int, Step], Judge]] = {
    "exists": _exists,
    "all": _all,
    "exists_one": _exists_one,
    "filter": _filter,
    "map": _map,
}
