// Follow the order: one question at a time, answered when something changes. Not while nobody looks.
"use strict";
const state = document.getElementById("state");
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function follow() {
  for (;;) {
    if (document.hidden) {
      await pause(2);
      continue;
    }
    let seconds = 15;
    try {
      const answer = await fetch(`${state.dataset.source}?after=${state.dataset.version}`);
      if (answer.status === 404) return;
      if (answer.ok) {
        const told = await answer.json();
        if (told.version > Number(state.dataset.version)) {
          location.reload();
          return;
        }
        seconds = told.again_s;
      }
    } catch {
      // away for a moment: asked again after the pause
    }
    await pause(seconds);
  }
}
follow();
