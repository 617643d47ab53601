// Lines of the conversation, as the template writes them too.
const list = document.getElementById("lines");
export const words = JSON.parse(document.body.dataset.words);

function greetNoMore() {
  const hello = document.getElementById("nothing-yet");
  if (hello) hello.remove();
}

function element(tag, className, content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (content) made.textContent = content;
  return made;
}

function hidden(name, value) {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = value;
  return input;
}

function choices(line) {
  const box = element("div", "choices");
  for (const choice of line.buttons) {
    const press = element("form", "press");
    const button = element("button", "", choice.label);
    button.name = "button";
    button.value = choice.data;
    press.append(hidden("replaces", line.id.slice(1)), button);
    box.append(press);
  }
  return box;
}

function lineElement(line) {
  const item = element("li", line.mine ? "mine" : "theirs");
  const bubble = element("div", "bubble");
  item.id = line.id;
  item.dataset.at = line.at;
  bubble.append(element("span", "who", line.mine ? words.you : words.village), element("p", "text", line.text));
  for (const url of line.photos) {
    const link = document.createElement("a");
    const image = document.createElement("img");
    link.href = image.src = url;
    image.alt = words.photoSent;
    link.append(image);
    bubble.append(link);
  }
  if (line.buttons.length) bubble.append(choices(line));
  if (line.time) {
    const time = element("time", "", line.time);
    time.dateTime = line.at;
    bubble.append(time);
  }
  item.append(bubble);
  return item;
}

function edit(item, line) {
  const bubble = item.firstElementChild;
  const old = bubble.querySelector(".choices");
  bubble.querySelector(".text").textContent = line.text;
  if (old) old.remove();
  if (line.buttons.length) {
    const kept = Object.assign({}, line, { id: item.id });
    bubble.insertBefore(choices(kept), bubble.querySelector("time"));
  }
}

function insertInOrder(item) {
  let next = null;
  for (let one = list.lastElementChild; one; one = one.previousElementSibling) {
    if (!one.classList.contains("pending") && one.dataset.at <= item.dataset.at) break;
    next = one;
  }
  list.insertBefore(item, next);
}

export function toTheEnd() {
  window.scrollTo(0, document.documentElement.scrollHeight);
}

export function show(line) {
  if (document.getElementById(line.id)) return;
  const sketched = line.client_id && document.getElementById("p-" + line.client_id);
  const earlier = line.replaces && document.getElementById(line.replaces);
  greetNoMore();
  if (sketched) sketched.remove();
  if (earlier) edit(earlier, line);
  else insertInOrder(lineElement(line));
}

export function sketch(message) {
  const notes = message.photos.map(() => words.photoLine);
  if (message.latitude !== undefined) notes.push(words.locationSent);
  const said = [message.label || message.text].concat(notes).filter(Boolean).join("\n");
  greetNoMore();
  const item = lineElement({ id: "p-" + message.client_id, mine: true, text: said, photos: [], buttons: [], at: "" });
  item.classList.add("pending");
  item.firstElementChild.append(element("span", "state", words.sending));
  list.append(item);
  toTheEnd();
}

export function mark(clientId, className, sentence) {
  const item = document.getElementById("p-" + clientId);
  if (!item) return;
  item.classList.remove("pending");
  if (className) item.classList.add(className);
  item.querySelector(".state").textContent = sentence;
}
