"""Tell the shop where the order was placed what came back and was refunded."""

from process_apis.engine.process import Done, StepContext


def tell_refunded(ctx: StepContext) -> Done:
    """Our own storefront reads the return here."""
    return Done(channel="reads it here")
