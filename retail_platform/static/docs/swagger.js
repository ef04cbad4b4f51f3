"use strict";

const place = document.getElementById("swagger-ui");
const exampleKeys = place.dataset.exampleKeys.split(" ");

function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));  // randomUUID is there on https and localhost only
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// An example key belongs to the first request that was sent with it; every other would be refused.
function withFreshKey(request) {
  if (request.headers && exampleKeys.includes(request.headers["Idempotency-Key"])) {
    request.headers["Idempotency-Key"] = freshKey();
  }
  return request;
}

window.ui = SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  filter: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  requestInterceptor: withFreshKey,
});
window.ui.initOAuth({ clientId: "", clientSecret: "", scopes: place.dataset.scopes });
