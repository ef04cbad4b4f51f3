"use strict";
// The pages work without this: it keeps a button from being pressed twice, and the list from growing old.
addEventListener("submit", (event) => {
  if (event.submitter) setTimeout(() => { event.submitter.disabled = true; });
});
const list = document.querySelector("[data-refresh]");
if (list) setInterval(() => { if (!document.hidden) location.reload(); }, 1000 * Number(list.dataset.refresh));
