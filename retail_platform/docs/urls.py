"""The addresses of the docs."""

from django.urls import path
from django.views.generic import RedirectView

from retail_platform.docs import views

urlpatterns = [
    path("", RedirectView.as_view(url="/docs/")),
    path("docs", RedirectView.as_view(url="/docs/")),
    path("docs/", views.landing, name="docs"),
    path("docs/<slug:layer>", views.swagger, name="docs-layer"),
    path("api/<slug:layer>/schema.json", views.schema, name="schema"),
    path("problems/", views.problems, name="problems"),
    path("problems/<slug:kind>", views.problems, name="problem"),
]
