// A button beside a field that copies it. Without this script the field itself can be pressed long and copied.
"use strict";

async function copyFrom(field) {
  field.focus();
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // A page without HTTPS has no clipboard of its own; this old way still works there.
    if (!document.execCommand("copy")) return false;
  }
  return true;
}

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (await copyFrom(document.getElementById(button.dataset.copies))) button.textContent = button.dataset.copied;
  });
}
