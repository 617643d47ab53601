// The live half of the chat page; without it the page's plain forms do the same. ES2017 modules, for old phones.
import { show, toTheEnd, words } from "./chat_lines.js";
import {
  acknowledge, loseSocket, postpone, request, resume, say, sleep, store, useSocket, wakeUp,
} from "./chat_outbox.js";
import { shrink, urlOf } from "./chat_photos.js";

const OPENING_MS = 10000;
const SILENCE_MS = 45000; // twice the server's keepalive and a little
const POLLING_MS = 60000; // how long plain requests are used before a socket is tried again
const STEADY_MS = 5000;
const MAX_PHOTO = 10 * 1024 * 1024;
const MAX_PHOTOS = 4;

const form = document.getElementById("write");
const text = document.getElementById("text");
const photos = document.getElementById("photos");
const photosLabel = document.getElementById("photos-label");
const locationButton = document.getElementById("location");
const connection = document.getElementById("connection");
const status = document.getElementById("status");
const photoWord = photosLabel.textContent;
let cursor = document.getElementById("lines").dataset.cursor;
let writing = false; // photos take a while to be made smaller: a second press then says nothing new

// Hearing: a socket, and plain requests where there is none -----------------------------------------------------------

function showNews(news) {
  if (news.behind) {
    location.reload();
    return;
  }
  cursor = news.cursor;
  if (!news.lines.length) return;
  news.lines.forEach(show);
  toTheEnd();
}

function isOnline(yes) {
  connection.textContent = yes ? "" : words.offline;
  if (yes) wakeUp();
}

// Resolves when the connection has ended: whether it ever worked.
function holdSocket() {
  return new Promise((resolve) => {
    const address = new URL("socket?after=" + cursor, location.href);
    address.protocol = location.protocol.replace("http", "ws");
    let held;
    try { held = new WebSocket(address.href); } catch (_) { resolve(false); return; }
    let worked = false;
    let timer = setTimeout(end, OPENING_MS);
    function end() {
      clearTimeout(timer);
      held.onmessage = held.onclose = held.onerror = null;
      held.close();
      loseSocket(held);
      resolve(worked);
    }
    held.onclose = held.onerror = end;
    held.onmessage = (event) => {
      clearTimeout(timer);
      timer = setTimeout(end, SILENCE_MS);
      if (!worked) {
        worked = true;
        useSocket(held);
        isOnline(true);
      }
      heard(held, JSON.parse(event.data));
    };
  });
}

function heard(held, frame) {
  acknowledge(frame.ack || frame.refused, frame.sentence);
  postpone(frame.later);
  if (!frame.lines) return;
  showNews(frame);
  const seen = frame.lines.filter((line) => !line.mine).map((line) => line.id);
  if (seen.length) held.send(JSON.stringify({ seen: seen.join(".") }));
}

async function poll(seconds) {
  const answer = await request("messages?wait=" + seconds + "&after=" + cursor, {}, SILENCE_MS);
  if (!answer.ok) throw new Error("no news");
  showNews(await answer.json());
  if (connection.textContent) isOnline(true);
}

async function pollForAWhile() {
  const until = Date.now() + POLLING_MS;
  await poll(0); // says at once whether there is a connection at all
  while (Date.now() < until) await poll(25);
}

async function live() {
  let failures = 0;
  for (;;) {
    const began = Date.now();
    if (await holdSocket() && Date.now() - began > STEADY_MS) failures = 0;
    else {
      try {
        await pollForAWhile();
        failures = 0;
      } catch (_) {
        failures += 1;
        isOnline(false);
        await sleep(Math.min(30000, 500 * Math.pow(2, failures)));
      }
    }
  }
}

// What the person does ------------------------------------------------------------------------------------------------

async function write() {
  if (writing) return;
  writing = true;
  await writeOnce();
  writing = false;
}

async function writeOnce() {
  const files = Array.from(photos.files);
  const written = text.value.trim();
  if (!written && !files.length) { text.focus(); return; }
  if (files.length > MAX_PHOTOS) { status.textContent = words.tooMany; return; }
  const small = await Promise.all(files.map(shrink));
  if (small.some((blob) => blob.size > MAX_PHOTO)) { status.textContent = words.tooLarge; return; }
  const urls = await Promise.all(small.map(urlOf));
  status.textContent = "";
  text.value = "";
  photos.value = "";
  photosLabel.textContent = photoWord;
  store.remove("draft");
  say({ text: written, photos: urls });
  text.focus();
}

function sayPlace(place) {
  status.textContent = "";
  say({ latitude: place.coords.latitude, longitude: place.coords.longitude });
}

document.addEventListener("submit", (event) => {
  const submitted = event.target;
  event.preventDefault();
  if (submitted === form) {
    write();
    return;
  }
  const button = submitted.querySelector("button");
  say({ button: button.value, replaces: submitted.elements.replaces.value, label: button.textContent });
});

text.addEventListener("keydown", (event) => {
  // 229 and isComposing: Enter then belongs to the Chinese input method.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  write();
});

text.addEventListener("input", () => store.set("draft", text.value));

photos.addEventListener("change", () => {
  const count = photos.files.length;
  photosLabel.textContent = count ? words.photosChosen + " " + count : photoWord;
});

// Browsers give the place to secure pages only; elsewhere the button would only ever fail.
if (navigator.geolocation && window.isSecureContext) {
  locationButton.hidden = false;
  locationButton.addEventListener("click", () => {
    status.textContent = words.locationAsking;
    navigator.geolocation.getCurrentPosition(sayPlace, () => { status.textContent = words.locationFailed; }, {
      enableHighAccuracy: true, timeout: 20000, maximumAge: 60000,
    });
  });
}

window.addEventListener("online", wakeUp);
document.getElementById("refresh").hidden = true;
text.value = text.value || store.get("draft") || "";
toTheEnd();
resume();
live();
