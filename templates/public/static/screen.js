// The hall's television: one sheet after another. What was fetched once is kept, so that it goes on when the line is down.
const wait = Number(document.body.dataset.seconds) * 1000;
const offline = document.getElementById("offline");
const kept = new Map();

async function fetched(place) {
  const stop = AbortSignal.timeout ? AbortSignal.timeout(wait) : undefined;
  const answer = await fetch(`?sheet=${place}`, { cache: "no-store", signal: stop });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

async function turn() {
  const place = document.querySelector("main").dataset.next;
  let sheet;
  try {
    const page = await fetched(place);
    sheet = page.querySelector("main");
    if (!sheet) throw new Error("no sheet");
    kept.set(place, sheet.cloneNode(true));
    document.getElementById("now").textContent = page.getElementById("now").textContent;
    offline.hidden = true;
  } catch {
    offline.hidden = false;
    sheet = kept.get(place)?.cloneNode(true);
  }
  // A sheet that was never fetched is skipped: the first of those that are there takes its place.
  sheet ??= kept.get("0")?.cloneNode(true);
  if (sheet) document.querySelector("main").replaceWith(document.adoptNode(sheet));
}

kept.set("0", document.querySelector("main").cloneNode(true));
setInterval(turn, wait);
