"""The ledger: entries and lines that balance, are never changed, and fall into periods that can be closed."""

import uuid

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from retail_platform.kernel.append_only import APPEND_ONLY


class Account(models.Model):
    """An account of the chart. `role` is what the platform knows it by (AR, REV, PSP ...); finance owns the mapping."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, unique=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PeriodState(models.TextChoices):
    OPEN = "open"
    CLOSED = "closed"


class Period(models.Model):
    """Days of one legal entity that entries may be booked on, or no more."""

    entity = models.CharField(max_length=32)
    first_day = models.DateField()
    last_day = models.DateField()
    state = models.CharField(max_length=8, choices=PeriodState.choices, default=PeriodState.OPEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "first_day"], name="one_period_per_start"),
            models.CheckConstraint(condition=models.Q(last_day__gte=models.F("first_day")), name="period_has_days"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.first_day:%Y-%m} {self.state}"


class JournalEntry(models.Model):
    """What one event meant. One entry for each (entity, source event, purpose), for ever.

    The trigger checks the whole entry once, at commit: a check per line would be quadratic in a long one. It also takes
    a share lock on the period, so that nothing slips into a period that is being closed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.CharField(max_length=120, unique=True)
    entity = models.CharField(max_length=32)
    purpose = models.CharField(max_length=64)
    source_event = models.CharField(max_length=120)
    booked_on = models.DateField()
    currency = models.CharField(max_length=3)
    order_number = models.CharField(max_length=64, blank=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    correlation_id = models.CharField(max_length=32, blank=True)
    xact = models.BigIntegerField(default=0, editable=False)  # the transaction it was written in, set by the trigger
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "journal entries"
        constraints = [
            models.UniqueConstraint(fields=["entity", "source_event", "purpose"], name="one_entry_per_event"),
        ]
        indexes = [
            models.Index(fields=["entity", "booked_on"], name="entry_day"),
            models.Index(fields=["order_number"], name="entry_order"),
            models.Index(fields=["correlation_id"], name="entry_correlation"),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="balances",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("lines", "bigint"), ("off", "numeric")],
                func="""
                    SELECT count(*), coalesce(sum(amount_minor), 0) INTO lines, off
                    FROM ledger_journalline WHERE entry_id = NEW.id;
                    IF lines < 2 OR off <> 0 THEN
                        RAISE EXCEPTION 'journal entry % has % lines and is off by %', NEW.reference, lines, off
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="into_open_period",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("period_state", "text")],
                func="""
                    SELECT state INTO period_state FROM ledger_period
                    WHERE entity = NEW.entity AND NEW.booked_on BETWEEN first_day AND last_day FOR SHARE;
                    IF period_state IS DISTINCT FROM 'open' THEN
                        RAISE EXCEPTION 'period of % for % is %', NEW.booked_on, NEW.entity,
                            coalesce(period_state, 'not set up') USING ERRCODE = 'check_violation';
                    END IF;
                    NEW.xact := pg_current_xact_id()::text::bigint;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class JournalLine(models.Model):
    """One posting: positive is a debit, negative a credit, in the entry's currency.

    A line comes with its entry, in one transaction: the trigger refuses one that is added later.
    """

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    amount_minor = models.BigIntegerField()
    memo = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="posting_moves_something"),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="with_its_entry",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM ledger_journalentry
                                   WHERE id = NEW.entry_id AND xact = pg_current_xact_id()::text::bigint) THEN
                        RAISE EXCEPTION 'lines may only be written together with their entry'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_minor}"
