"""/api/process/return_to_refund/v1/…"""

from django.urls import path

from process_apis.return_to_refund import api, debit_notes_api, desk_api, exchanges_api, goods_api

urlpatterns = [
    path("exchanges", exchanges_api.ExchangesView.as_view(), name="exchanges"),
    path("exchange-tickets", exchanges_api.TicketsView.as_view(), name="exchange-tickets"),
    path("returns", api.ReturnsView.as_view(), name="returns"),
    path("returns/<str:number>", api.ReturnView.as_view(), name="return"),
    path("returns/<str:number>/approve", desk_api.ApproveView.as_view(), name="return-approve"),
    path("returns/<str:number>/reject", desk_api.RejectView.as_view(), name="return-reject"),
    path("returns/<str:number>/receive", goods_api.ReceiveView.as_view(), name="return-receive"),
    path("returns/<str:number>/inspect", goods_api.InspectView.as_view(), name="return-inspect"),
    path(
        "returns/<str:number>/debit-notes/<str:note>/answer",
        debit_notes_api.SupplierAnswerView.as_view(),
        name="debit-note-answer",
    ),
    path(
        "returns/<str:number>/refund-otherwise", desk_api.RefundOtherwiseView.as_view(), name="return-refund-otherwise"
    ),
]
