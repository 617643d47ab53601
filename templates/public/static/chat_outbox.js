// What the person has said: one message after the other, each kept on the phone until the village has acknowledged it.
import { mark, sketch, words } from "./chat_lines.js";
import { blobOf } from "./chat_photos.js";

const ACK_MS = 10000;
const PHOTO_MS = 300000; // a photo over a slow network
const LONGEST_PAUSE_MS = 30000;
const prefix = "banyan:" + location.pathname + ":";
const FIELDS = ["client_id", "text", "button", "replaces", "latitude", "longitude"];

// A phone may forbid storage or have it full: then memory has to do.
export const store = {
  set(key, value) { try { localStorage.setItem(prefix + key, value); } catch (_) { /* memory has to do */ } },
  get(key) { try { return localStorage.getItem(prefix + key); } catch (_) { return null; } },
  remove(key) { try { localStorage.removeItem(prefix + key); } catch (_) { /* nothing was kept */ } },
};

const outbox = keptMessages();
const awaited = new Map(); // client_id → what to call when its acknowledgement or its refusal comes
const sleepers = new Set();
let socket = null;
let delivering = false;

function keptMessages() {
  const found = [];
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i);
      if (key.startsWith(prefix + "m:")) found.push(JSON.parse(localStorage.getItem(key)));
    }
  } catch (_) { /* nothing was kept */ }
  return found.sort((a, b) => a.made - b.made);
}

export function sleep(milliseconds) {
  return new Promise((resolve) => {
    function end() { clearTimeout(timer); sleepers.delete(end); resolve(); }
    const timer = setTimeout(end, milliseconds);
    sleepers.add(end);
  });
}

export function wakeUp() {
  sleepers.forEach((end) => end());
}

export function request(url, options, milliseconds) {
  const asked = Object.assign({ headers: { Accept: "application/json" }, credentials: "same-origin" }, options);
  if (typeof AbortController !== "function") return fetch(url, asked);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  asked.signal = controller.signal;
  return fetch(url, asked).then(
    (answer) => { clearTimeout(timer); return answer; },
    (error) => { clearTimeout(timer); throw error; }
  );
}

export function say(message) {
  message.client_id = newId();
  message.made = Date.now();
  message.photos = message.photos || [];
  store.set("m:" + message.client_id, JSON.stringify(message));
  outbox.push(message);
  sketch(message);
  deliver();
}

export function resume() {
  outbox.forEach(sketch);
  deliver();
}

export function useSocket(opened) {
  socket = opened;
}

export function loseSocket(closed) {
  if (socket === closed) socket = null;
  awaited.forEach((one) => one.lost());
}

export function acknowledge(clientId, sentence) {
  const one = awaited.get(clientId);
  if (one) one.done(sentence || "");
}

export function postpone(clientId) {
  const one = awaited.get(clientId);
  if (one) one.lost();
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => ("0" + byte.toString(16)).slice(-2)).join("");
}

async function deliver() {
  if (delivering) return;
  delivering = true;
  let failures = 0;
  while (outbox.length) {
    const message = outbox[0];
    try {
      const refusal = await send(message);
      failures = 0;
      outbox.shift();
      store.remove("m:" + message.client_id);
      mark(message.client_id, refusal ? "refused" : "", refusal);
    } catch (error) {
      failures += 1;
      mark(message.client_id, "pending", error.signedOut ? words.signedOut : words.kept);
      await sleep(Math.min(LONGEST_PAUSE_MS, 1000 * Math.pow(2, failures)));
    }
  }
  delivering = false;
}

// Resolves with "" when the message is committed, with a sentence when it will never be taken; rejects otherwise.
function send(message) {
  const isLive = socket && socket.readyState === WebSocket.OPEN;
  return isLive && !message.photos.length ? sendBySocket(message) : sendByPost(message);
}

function fieldsOf(message) {
  const fields = {};
  FIELDS.filter((name) => message[name] !== undefined).forEach((name) => { fields[name] = message[name]; });
  return fields;
}

function sendBySocket(message) {
  const through = socket;
  return new Promise((resolve, reject) => {
    function settle(how, value) {
      clearTimeout(timer);
      awaited.delete(message.client_id);
      how(value);
    }
    const lost = () => settle(reject, new Error("no acknowledgement"));
    const timer = setTimeout(lost, ACK_MS);
    awaited.set(message.client_id, { done: (sentence) => settle(resolve, sentence), lost: lost });
    through.send(JSON.stringify(fieldsOf(message)));
  });
}

async function sendByPost(message) {
  const fields = fieldsOf(message);
  const data = new FormData();
  Object.keys(fields).forEach((name) => data.append(name, fields[name]));
  message.photos.forEach((url, i) => data.append("photo", blobOf(url), "photo-" + i));
  const answer = await request("messages", { method: "POST", body: data }, PHOTO_MS);
  if (answer.ok) return "";
  if (answer.status === 400 || answer.status === 413) return (await answer.json()).sentence;
  throw Object.assign(new Error("not taken"), { signedOut: answer.status === 403 });
}
