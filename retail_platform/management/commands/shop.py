"""`manage.py shop`: buy something at a Shopify shop that does not exist, and watch the order go through."""

import json
import os
import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from django.core.management.base import BaseCommand, CommandError

from process_apis.catalog.queries import UnknownChannel
from retail_platform.demo import controls, follow, shopify_order, webhook
from retail_platform.kernel import clock
from retail_platform.kernel.supervisor.state import State
from system_apis.connections import queries
from system_apis.connections.models import Connection, Kind
from system_apis.errors import Refused, SystemFault

TOPIC = "orders/create"


class Command(BaseCommand):
    help = "Post a signed Shopify orders/create webhook, made up or from a file, and follow its order to the end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py shop --sku SKU-00001 --quantity 2 --watch"
        parser.add_argument("--file", type=Path, help="the body to send, to the byte; otherwise one is made up")
        parser.add_argument(
            "--sku", action="append", help="what to buy (default SKU-00001); may be given several times"
        )
        parser.add_argument("--quantity", type=int, default=1, help="how many of each sku")
        parser.add_argument("--country", default="DE", help="where it goes: DE, AT, NL or FR in the demo")
        parser.add_argument("--status", default="paid", choices=["paid", "authorized", "pending"])
        parser.add_argument("--connection", default="shopify", help="the shop's connection (default shopify)")
        parser.add_argument("--event-id", default="", help="the event's name; the same again is the same event")
        parser.add_argument("--topic", default=TOPIC, help=f"what the shop tells of (default {TOPIC})")
        parser.add_argument("--times", type=int, default=1, help="deliver it so many times at once")
        parser.add_argument("--bad-signature", action="store_true", help="sign with another secret: it must be refused")
        parser.add_argument("--watch", action="store_true", help="follow the order until it is closed")
        parser.add_argument("--within-s", type=float, default=120.0, help="with --watch: give up after so long")
        parser.add_argument("--url", default=os.environ.get("RETAIL_URL", ""), help="where the platform answers")
        parser.add_argument("--json", action="store_true", help="print one document at the end")

    def handle(self, *args: object, **options: Any) -> None:
        self.quiet = options["json"]
        connection = _connection(options["connection"])
        if not options["url"]:
            raise CommandError("there is no platform yet: start it with manage.py up, or give --url")
        raw = options["file"].read_bytes() if options["file"] else _made_up(connection, options)
        self._let_the_shop_know(connection, raw)
        hook = webhook.shopify(
            url=f"{options['url']}/hooks/{connection.code}",
            raw=raw,
            secret="another secret" if options["bad_signature"] else connection.webhook_secrets[0],
            event_id=options["event_id"] or str(uuid.uuid4()),
            topic=options["topic"],
        )
        body = State.here().at("shop", f"{uuid.uuid5(uuid.NAMESPACE_OID, raw.hex())}.json")
        body.write_bytes(raw)
        self.say(hook.curl(body))
        answers = hook.send(times=max(1, options["times"]))
        for answer in answers:
            self.say(f"{answer['status']} {json.dumps(answer['body'])}")
        expected = 401 if options["bad_signature"] else 200
        report: dict[str, Any] = {"url": hook.url, "headers": hook.headers, "body": str(body), "answers": answers}
        if any(answer["status"] != expected for answer in answers):
            raise CommandError(
                f"expected {expected} from every delivery; docs/shopify-webhook.md says what others mean"
            )
        if options["watch"] and not options["bad_signature"]:
            report["order"] = self._watch(UUID(answers[0]["body"]["inbox_id"]), within_s=options["within_s"])
        if self.quiet:
            self.stdout.write(json.dumps(report))

    def say(self, line: str) -> None:
        if not self.quiet:
            self.stdout.write(line)
            self.stdout.flush()

    def _let_the_shop_know(self, connection: Connection, raw: bytes) -> None:
        """The sandbox is told of the order, so that it can be fulfilled there; a real shop has its own already."""
        if not Connection.objects.filter(vendor="sandbox", base_url=connection.base_url).exists():
            self.say(f"{connection.base_url} is not the sandbox: it has to know the order by itself")
            return
        try:
            url = f"{connection.base_url}/_control/commerce/adopt"
            answer = requests.post(url, data=raw, headers=controls.headers(), timeout=10)
        except requests.RequestException as failure:
            raise CommandError(f"the sandbox does not answer at {connection.base_url}; start manage.py up") from failure
        if not answer.ok:
            self.say(f"the sandbox does not take it for an order, and goes without: {answer.text[:200]}")

    def _watch(self, inbox_id: UUID, *, within_s: float) -> dict[str, Any]:
        began = None
        try:
            for at, what, about in follow.story(inbox_id, within_s=within_s):
                began = began or at
                self.say(f"  {at:%H:%M:%S.%f}"[:-3] + f"  +{(at - began).total_seconds():6.2f} s  {what:<22} {about}")
        except follow.Parked as parked:
            raise CommandError(_needs(parked.case)) from None
        except follow.TooLong as late:
            raise CommandError(f"{late}; look at {os.environ.get('RETAIL_URL', '')}/admin/") from None
        order = follow.order_of(inbox_id)
        report = follow.end_of(order) if order else {}
        for heading in ("parcels", "journal"):
            self.say(heading)
            for row in report.get(heading, []):
                self.say("  " + "  ".join(str(value) for value in row.values()))
        return report


def _connection(code: str) -> Connection:
    found = queries.by_code(code)
    if found is None or found.kind != Kind.COMMERCE:
        raise CommandError(
            f"there is no active shop connection {code!r}: manage.py seed makes one, or manage.py connect"
        )
    if not found.webhook_secrets:
        raise CommandError(f"connection {code} has no webhook secret: manage.py connect --code {code} --secret ...")
    return found


def _made_up(connection: Connection, options: dict[str, Any]) -> bytes:
    wanted = [(sku, options["quantity"]) for sku in options["sku"] or ["SKU-00001"]]
    try:
        order = shopify_order.build(
            wanted, channel=connection.channel, country=options["country"], financial_status=options["status"],
            now=clock.now(),
        )  # fmt: skip
    except Refused as no:
        raise CommandError(f"no tax for {options['country']}: {no}. {no.evidence[:300]}") from no
    except (shopify_order.CannotBuy, UnknownChannel, SystemFault) as no:
        raise CommandError(str(no)) from no
    return json.dumps(order, ensure_ascii=False).encode()


def _needs(case: Any) -> str:
    return f"it waits for a person ({case.owner}).\n  {case.title}\n  What to do: {case.proposal}\n" + (
        f"  Then: python3 manage.py resume {case.run_id}" if case.run_id else ""
    )
