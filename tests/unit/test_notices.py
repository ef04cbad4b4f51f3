"""What customers are told, in which language, once; and what becomes of a mail that a server will not take."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from canonical.order import Address, Customer
from process_apis.engine import sweeper
from process_apis.engine.models import ProcessRun
from process_apis.engine.process import run_id_of
from process_apis.notices import decisions, letters, services
from process_apis.notices.models import Notice, NoticePolicy, NoticeState
from process_apis.orders import services as orders
from process_apis.orders import tracking
from process_apis.orders.models import Order
from retail_platform.kernel import clock
from tests.engine import Workers, employ
from tests.experience.carrying import carry_facts
from tests.factories import a_catalog, an_order
from tests.mail_server import MailServer, a_mail_server

ADA = decisions.Addressee(email="ada@example.com", country="DE")


def due(fact: str, to: decisions.Addressee = ADA, policy: decisions.Policy | None = None, **data: Any) -> Any:
    policy = policy or decisions.Policy()
    return decisions.due(fact, data, to=to, policy=policy, language_of={"DE": "de", "FR": "fr"}, otherwise="en")


def test_a_fact_without_a_template_is_told_to_nobody() -> None:
    assert due("order.reserved") is None


def test_the_country_decides_about_the_language() -> None:
    assert due("order.accepted").language == "de"


def test_a_channel_may_have_a_language_of_its_own() -> None:
    assert due("order.accepted", policy=decisions.Policy(language="en")).language == "en"


def test_a_language_without_templates_becomes_english() -> None:
    assert due("order.accepted", decisions.Addressee("a@example.com", "FR")).language == "en"


def test_what_is_handed_over_at_a_counter_is_not_announced_as_a_parcel() -> None:
    assert due("shipment.dispatched", shipment_id="PU-77") is None


@pytest.mark.parametrize(
    ("to", "policy", "why"),
    [
        (ADA, decisions.Policy(tells_customers=False), "by itself"),
        (ADA, decisions.Policy(silent=frozenset({"order_confirmed"})), "leaves it out"),
        (decisions.Addressee("", "DE"), decisions.Policy(), "no e-mail"),
    ],
)
def test_what_is_not_sent_says_why(to: decisions.Addressee, policy: decisions.Policy, why: str) -> None:
    assert why in due("order.accepted", to, policy).suppressed


def test_a_known_carrier_has_a_page_for_its_parcels() -> None:
    assert tracking.link("DHL Paket", "JD 01") == (
        "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode=JD%2001"
    )


def test_an_unknown_carrier_has_none() -> None:
    assert tracking.link("Uncle Bob", "1") == ""


@pytest.fixture
def post(settings: Any) -> Iterator[MailServer]:
    with a_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> Workers:
    return employ(monkeypatch)


@pytest.fixture
def order(db: None) -> Order:
    a_catalog()
    row, _ = orders.place(an_order())
    return row


def told(order: Order, fact: str = "order.accepted", **data: Any) -> Notice:
    """The fact happens and is carried up; its notice."""
    orders.tell(order, fact, **data)
    carry_facts()
    return Notice.objects.get(template=decisions.TEMPLATES[fact], copy=0)


def send(crew: Workers, notice: Notice) -> Notice:
    """A worker of the bulk queue takes the notice's run; the order's own journey is not the matter here."""
    crew.bells = [(run_id_of(process="notice", subject=str(notice.id)), ["bulk"])]
    crew.work()
    return Notice.objects.get(id=notice.id)


def again(crew: Workers, notice: Notice) -> Notice:
    """The same, after the time it waits to try again."""
    ProcessRun.objects.filter(process="notice").update(next_wake_at=clock.now() - timedelta(seconds=1))
    sweeper.sweep()
    return send(crew, notice)


@pytest.mark.django_db(transaction=True)
def test_a_confirmation_reaches_the_buyer(order: Order, post: MailServer, crew: Workers) -> None:
    assert send(crew, told(order)).state == NoticeState.SENT
    assert [mail["To"] for mail in post.mails] == ["ada@example.com"]


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_plain_text_and_html_in_the_buyers_language(order: Order, post: MailServer, crew: Workers) -> None:
    send(crew, told(order))
    plain, html = post.mails[0].iter_parts()  # type: ignore[attr-defined]
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "vielen Dank" in plain.get_content()


@pytest.mark.django_db(transaction=True)
def test_a_fact_told_twice_is_one_notice(order: Order) -> None:
    notice = told(order)
    data = {"order_number": order.number, "channel": "web"}
    services.note(event_id=notice.event_id, fact="order.accepted", data=data, order=order)
    assert Notice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_away_is_asked_again(order: Order, post: MailServer, crew: Workers) -> None:
    post.cut_at_greeting = 1
    notice = send(crew, told(order))
    assert notice.state == NoticeState.PENDING
    assert (again(crew, notice).state, len(post.mails)) == (NoticeState.SENT, 1)


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_may_have_left_goes_again_under_its_message_id(
    order: Order, post: MailServer, crew: Workers
) -> None:
    post.cut_after_text = 1
    notice = send(crew, told(order))
    assert (notice.state, again(crew, notice).state) == (NoticeState.PENDING, NoticeState.SENT)
    assert len({mail["Message-ID"] for mail in post.mails}) == 1


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_may_have_left_can_be_left_to_a_person(
    order: Order, post: MailServer, crew: Workers, settings: Any
) -> None:
    settings.NOTICE_AFTER_UNKNOWN = "leave"
    post.cut_after_text = 1
    notice = again(crew, send(crew, told(order)))
    assert (notice.state, len(post.mails)) == (NoticeState.FAILED, 1)
    assert "nobody knows" in notice.why


@pytest.mark.django_db(transaction=True)
def test_an_address_that_does_not_exist_is_a_failure_to_see_not_a_run_to_mend(
    order: Order, post: MailServer, crew: Workers
) -> None:
    post.refuse["ada@example.com"] = "550 no such mailbox"
    notice = send(crew, told(order))
    assert (notice.state, notice.why) == (NoticeState.FAILED, "the mail server refuses it (550)")
    assert ProcessRun.objects.get(process="notice").state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_full_mailbox_is_tried_again_and_is_not_unknown(
    order: Order, post: MailServer, crew: Workers, settings: Any
) -> None:
    settings.NOTICE_AFTER_UNKNOWN = "leave"
    post.refuse["ada@example.com"] = "452 full"
    notice = send(crew, told(order))
    post.refuse.clear()
    assert again(crew, notice).state == NoticeState.SENT


@pytest.mark.django_db(transaction=True)
def test_sent_anew_is_a_second_mail_of_its_own(order: Order, post: MailServer, crew: Workers) -> None:
    notice = send(crew, told(order))
    copy = services.resend(notice_id=notice.id, by="ines", reason="did not come")
    carry_facts()
    send(crew, copy)
    assert len({mail["Message-ID"] for mail in post.mails}) == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_about_to_be_sent_is_not_sent_anew(order: Order) -> None:
    with pytest.raises(services.StillToBeSent):
        services.resend(notice_id=told(order).id, by="ines", reason="impatient")


@pytest.mark.django_db(transaction=True)
def test_a_changed_address_gets_no_old_mail(order: Order, post: MailServer, crew: Workers) -> None:
    notice = told(order)
    Order.objects.update(customer_email="other@example.com")
    assert (send(crew, notice).state, post.mails) == (NoticeState.SUPPRESSED, [])


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_writes_by_itself_is_respected(order: Order) -> None:
    NoticePolicy.objects.create(channel="web", tells_customers=False)
    assert told(order).state == NoticeState.SUPPRESSED


@pytest.mark.django_db(transaction=True)
def test_no_address_is_kept_with_a_notice(order: Order) -> None:
    told(order)
    assert "ada@" not in str(Notice.objects.values().get())


@pytest.mark.parametrize("language", decisions.LANGUAGES)
@pytest.mark.parametrize("template", sorted(set(decisions.TEMPLATES.values())))
def test_every_template_can_be_read_in_every_language(order: Order, template: str, language: str) -> None:
    notice = Notice(template=template, language=language, order_number=order.number, channel="web", about={})
    letter = letters.letter(notice, preview=True)
    assert "W-1001" in letter.subject
    assert re.search(r"/track/\S+", letter.text)
    assert "{" not in letter.text


def test_what_a_customer_is_called_is_text_not_html(db: None) -> None:
    a_catalog()
    row, _ = orders.place(
        an_order(
            customer=Customer(name="<b>Ada</b>", email="ada@example.com"),
            ship_to=Address(name="Ada", line1="1", city="Rome", postcode="1", country="IT"),
        )
    )
    notice = Notice(template="shipped", language="en", order_number=row.number, channel="web", about={})
    letter = letters.letter(notice, preview=True)
    assert ("<b>Ada</b>" in letter.text, "<b>Ada</b>" in letter.html) == (True, False)
