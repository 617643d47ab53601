// A button beside a field that copies it. Without this script the field itself can be pressed long and copied.
"use strict";

async function copyFrom(field) {
  field.focus();
  field.select();
  // The old way asks nobody for leave and needs no HTTPS.
  if (document.execCommand("copy")) return true;
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    return false;
  }
  return true;
}

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (await copyFrom(document.getElementById(button.dataset.copies))) button.textContent = button.dataset.copied;
  });
}
