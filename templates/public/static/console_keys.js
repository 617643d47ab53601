// Shortcuts for whoever works at a desk: j and k go down and up the list, r to the answer. The page says so only
// where this script runs.
"use strict";

const rows = () => [...document.querySelectorAll(".tickets a")];

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by));
  all[next].focus();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  r: () => document.getElementById("answer-text")?.focus(),
};

document.addEventListener("keydown", (event) => {
  const writes = event.target.closest("input, textarea, select");
  if (writes || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const act = keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

for (const line of document.querySelectorAll(".keys")) line.hidden = false;
