"""Tell one channel how many it may sell: work out what changed, send what is due, write down what the shop said.

Safe to kill at any point: figures are absolute and set only where the shop still shows what we expect. What we do not
know (never told, an answer lost, a conflict, the nightly pass) is read before it is written.
"""

import time
from collections.abc import Callable, Sequence
from hashlib import sha256

import structlog

from process_apis.engine.lease import LostLease
from process_apis.publication import noting, record, shops, troubles, weighing
from process_apis.publication.models import ChannelLevel, ChannelShop
from process_apis.publication.record import Told
from retail_platform.kernel import clock, correlation, holding
from system_apis.commerce.gateway import commerce
from system_apis.commerce.port import CommercePort, Level, LevelAnswer, LevelState
from system_apis.errors import ContractBroken, OutcomeUnknown, SystemFault, Unavailable
from system_apis.terms import CallKey

log = structlog.get_logger(__name__)
LASTING_S = 20.0  # then somebody else's work comes first
BAD = (LevelState.UNKNOWN, LevelState.UNLINKED)


def publish(channel: str, *, lasting_s: float = LASTING_S) -> bool:
    """Tell a channel everything that is due. False when somebody else is at it, or the shop could not be told."""
    shop = shops.claim(channel)
    if shop is None:
        return False
    with correlation.use(correlation.new()):
        try:
            with holding.use(shops.keeper(shop)):
                _publish(shop, commerce(code=shop.connection), until=time.monotonic() + lasting_s)
        except LostLease:
            log.warning("another publisher has the channel", channel=channel)
            return False
        except SystemFault as fault:
            shops.failed(shop, fault, retry_after_s=getattr(fault, "retry_after_s", None))
            if not isinstance(fault, Unavailable | OutcomeUnknown):
                troubles.of_shop(shop, fault)
            return False
        shops.rest(shop)
    return True


def _publish(shop: ChannelShop, port: CommercePort, *, until: float) -> None:
    now = clock.now()
    if shop.full_due_at <= now:
        noting.take_everything(shop.channel, now=now)
        ChannelShop.objects.filter(channel=shop.channel).update(full_due_at=shops.next_full(now), full_at=now)
    while time.monotonic() < until:
        noting.fold()
        weighed = weighing.weigh(shop.channel, now=clock.now())
        batch = weighing.due(shop.channel, now=clock.now(), limit=port.terms.levels_at_once)
        if batch:
            _tell(shop, port, batch)
        elif not weighed:
            return


def _tell(shop: ChannelShop, port: CommercePort, batch: Sequence[ChannelLevel]) -> None:
    """Read where we do not know what is shown, then set what differs."""
    known = [level for level in batch if level.shown is not None]
    unknown = {level.sku: level for level in batch if level.shown is None}
    if unknown:
        _read(shop, port, unknown)
        known += [level for level in unknown.values() if level.shown is not None and level.shown != level.wanted]
    if known:
        _set(shop, port, known)


def _read(shop: ChannelShop, port: CommercePort, unknown: dict[str, ChannelLevel]) -> None:
    """Ask what is shown. Where it is the wanted number already, the channel has been told."""
    started, drifted, told = time.monotonic(), 0, []
    for answer in port.read_stock(list(unknown)):
        level = unknown[answer.sku]
        level.shown = answer.shown
        drifted += level.told is not None and level.dirty_since is None and answer.shown not in (None, level.told)
        if answer.state in BAD:
            told.append(_refused(shop, level, answer))
        elif answer.shown == level.wanted:
            told.append(Told(level, "told", shown=answer.shown))
    if told:
        record.write(shop, told, took_ms=_ms_since(started))
    if drifted:
        record.count_drift(shop, drifted)


def _set(shop: ChannelShop, port: CommercePort, known: Sequence[ChannelLevel]) -> None:
    cas = port.terms.compare_and_set
    wishes = [Level(each.sku, each.wanted or 0, expected=each.shown if cas else None) for each in known]
    started, level_of = time.monotonic(), {each.sku: each for each in known}
    try:
        answers = port.tell_stock(wishes, key=_key(shop, known))
    except OutcomeUnknown:
        record.write(shop, [Told(each, "unsure") for each in known], took_ms=_ms_since(started))
        raise
    if all(answer.state == LevelState.NOT_TAKEN for answer in answers):
        raise ContractBroken("the shop took no level and found nothing wrong with any")
    make: dict[LevelState, Callable[[ChannelLevel, LevelAnswer], Told]] = {
        LevelState.SHOWN: lambda level, answer: Told(level, "told", shown=answer.shown),
        LevelState.STALE: lambda level, answer: Told(level, "stale"),
        LevelState.NOT_TAKEN: lambda level, answer: Told(level, "again", shown=level.shown),
    }
    told = [
        _refused(shop, level_of[answer.sku], answer)
        if answer.state in BAD
        else make[answer.state](level_of[answer.sku], answer)
        for answer in answers
    ]
    record.write(shop, told, took_ms=_ms_since(started))
    troubles.settled(shop, [each.level.sku for each in told if each.state == "told" and each.level.problem])


def _refused(shop: ChannelShop, level: ChannelLevel, answer: LevelAnswer) -> Told:
    troubles.of_sku(shop, answer)
    return Told(level, "refused", problem=answer.detail or answer.state.value)


def _key(shop: ChannelShop, levels: Sequence[ChannelLevel]) -> CallKey:
    """The same for the same figures worked out at the same moment: an answer that was lost is heard again."""
    meant = [f"{each.sku}/{each.weighed}/{each.weighed_at}/{each.wanted}/{each.shown}" for each in levels]
    return CallKey(sha256("\n".join([shop.channel, *meant]).encode()).hexdigest()[:32])


def _ms_since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
