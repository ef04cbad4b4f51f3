"""/api/experience/store_tools/v1/…"""

from django.urls import path

from experience_apis.store_tools import orders_api, pickups_api, returns_api
from experience_apis.store_tools.api import PickupOptionsView, StoreAvailabilityView

urlpatterns = [
    path("stores/<str:node>/availability", StoreAvailabilityView.as_view(), name="store-availability"),
    path("stores/<str:node>/orders", orders_api.StoreOrdersView.as_view(), name="store-orders"),
    path("pickup-options", PickupOptionsView.as_view(), name="pickup-options"),
    path("stores/<str:node>/pickups", pickups_api.PickupsView.as_view(), name="store-pickups"),
    path("pickups/<uuid:pickup>", pickups_api.PickupView.as_view(), name="pickup"),
    path("pickups/<uuid:pickup>/pick", pickups_api.PickView.as_view(), name="pickup-pick"),
    path("pickups/<uuid:pickup>/ready", pickups_api.ReadyView.as_view(), name="pickup-ready"),
    path("pickups/<uuid:pickup>/arrived", pickups_api.ArrivedView.as_view(), name="pickup-arrived"),
    path("pickups/<uuid:pickup>/handover", pickups_api.HandOverView.as_view(), name="pickup-handover"),
    path("pickups/<uuid:pickup>/reject", pickups_api.RejectView.as_view(), name="pickup-reject"),
    path("receipts/<str:receipt>", returns_api.ReceiptView.as_view(), name="receipt"),
    path("receipt-lookups", returns_api.ReceiptLookupView.as_view(), name="receipt-lookups"),
    path("returns", returns_api.StoreReturnsView.as_view(), name="store-returns"),
    path("gift-cards/<str:number>", returns_api.GiftCardView.as_view(), name="gift-card"),
    path("pickup-rejections", pickups_api.RejectionsView.as_view(), name="pickup-rejections"),
]
