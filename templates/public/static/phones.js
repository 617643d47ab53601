// Keeps the handsets live: the page itself is fetched again, and what it has more is added.
const PAUSE_MS = 500;
const RETRY_MS = 3000;
const status = document.getElementById("status");
let beats = document.body.dataset.beats;

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function showLast(list) {
  list.scrollTop = list.scrollHeight;
}

async function refresh() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) throw new Error("no page");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  beats = page.body.dataset.beats;
  page.querySelectorAll(".phone .lines").forEach((fetched) => {
    const list = document.getElementById(fetched.id);
    const lines = Array.from(fetched.children).filter((line) => line.id && !document.getElementById(line.id));
    if (!list || !lines.length) return;
    list.querySelectorAll(".empty").forEach((line) => line.remove());
    list.append(...lines);
    showLast(list);
  });
}

async function live() {
  for (;;) {
    try {
      const answer = await fetch("changes?after=" + beats, { credentials: "same-origin" });
      if (!answer.ok) throw new Error("no answer");
      await refresh();
      await pause(PAUSE_MS);
    } catch (_) {
      await pause(RETRY_MS);
    }
  }
}

// That a message went is seen in the handset; a screen reader is told.
function tell(sentence, className) {
  status.className = className;
  status.textContent = sentence;
}

// The form keeps its name until its message is taken: the same message sent again is still one.
async function send(form) {
  const data = new FormData(form);
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin" });
    if (!answer.ok) throw new Error("not taken");
    form.elements.form.value = Date.now() + "-" + Math.floor(Math.random() * 1e6);
    form.reset();
    tell(document.body.dataset.sent, "who");
    await refresh();
  } catch (_) {
    tell(document.body.dataset.failed, "alarm");
  }
}

document.querySelectorAll("form.sms").forEach((form) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
});

const again = document.getElementById("refresh");
if (again) {
  again.hidden = true;
  document.querySelectorAll(".phone .lines").forEach(showLast);
  live();
}
