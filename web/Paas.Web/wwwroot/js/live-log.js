// <live-log src>: an app's log as it happens, from the same endpoint as `paas logs --tail`. Event ids are positions in the log, so
// a reconnect, also across a restart of paasd, repeats no line and misses none.
import { EventStream } from "./event-stream.js";

const mostLines = 3000;
const escapeSequence = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;

class LiveLog extends HTMLElement {
  connectedCallback() {
    if (this.lines) return;
    this.innerHTML = `
      <div class="log-bar">
        <input type="search" placeholder="Filter" aria-label="Show only lines that contain">
        <select aria-label="Source"><option value="">All sources</option></select>
        <span class="grow"></span><span class="log-state" role="status"></span>
        <button type="button" class="quiet" hidden>Jump to the end</button>
      </div>
      <ol class="log-lines" tabindex="0" aria-label="Log"></ol>`;
    this.lines = this.querySelector("ol");
    this.filter = this.querySelector("input");
    this.source = this.querySelector("select");
    this.state = this.querySelector(".log-state");
    this.jump = this.querySelector("button");
    this.sources = new Set();
    this.pending = [];
    this.follow = true;
    this.querySelector(".log-bar").hidden = !this.hasAttribute("controls");
    this.filter.addEventListener("input", () => this.showMatching());
    this.source.addEventListener("change", () => this.showMatching());
    this.jump.addEventListener("click", () => this.toEnd());
    this.lines.addEventListener("scroll", () => this.scrolled());
    this.open();
  }

  disconnectedCallback() {
    this.stream?.end();
  }

  open() {
    this.stream = new EventStream({
      address: () => this.address(),
      opened: () => this.say("live"),
      received: event => this.receive(event),
      waits: text => this.say(text),
    });
  }

  address() {
    const url = new URL(this.getAttribute("src"), document.baseURI);
    if (this.lastId) url.searchParams.set("after", this.lastId);
    return url;
  }

  receive(event) {
    this.lastId = event.lastEventId;
    this.pending.push(JSON.parse(event.data));
    // A window that nobody sees may paint nothing for hours.
    if (this.pending.length > mostLines) this.pending.shift();
    this.frame ??= requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.frame = null;
    const fragment = document.createDocumentFragment();
    for (const line of this.pending) fragment.append(this.row(line));
    this.pending = [];
    this.lines.append(fragment);
    while (this.lines.childElementCount > mostLines) this.lines.firstElementChild.remove();
    if (this.follow) this.lines.scrollTop = this.lines.scrollHeight;
  }

  row(line) {
    const row = document.createElement("li");
    const at = new Date(line.at);
    const time = document.createElement("time");
    time.dateTime = line.at;
    time.textContent = at.toLocaleTimeString([], { hour12: false });
    time.title = at.toLocaleString();
    const source = document.createElement("b");
    source.textContent = line.source;
    source.className = `source-${hue(line.source)}`;
    const text = document.createElement("span");
    text.textContent = line.text.replace(escapeSequence, "");
    row.className = line.stream;
    row.dataset.source = line.source;
    row.append(time, source, text);
    this.knowSource(line.source);
    row.hidden = !this.matches(row);
    return row;
  }

  knowSource(name) {
    if (this.sources.has(name)) return;
    this.sources.add(name);
    this.source.append(new Option(name, name));
  }

  matches(row) {
    if (this.source.value && row.dataset.source !== this.source.value) return false;
    const wanted = this.filter.value.toLowerCase();
    return !wanted || row.textContent.toLowerCase().includes(wanted);
  }

  showMatching() {
    for (const row of this.lines.children) row.hidden = !this.matches(row);
    if (this.follow) this.lines.scrollTop = this.lines.scrollHeight;
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.lines;
    this.follow = scrollHeight - scrollTop - clientHeight < 24;
    this.jump.hidden = this.follow;
  }

  toEnd() {
    this.follow = true;
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  say(text) {
    this.state.textContent = text;
    this.dataset.state = text === "live" ? "live" : "waiting";
  }
}

function hue(text) {
  let sum = 0;
  for (const char of text) sum = (sum * 31 + char.codePointAt(0)) % 6;
  return sum;
}

customElements.define("live-log", LiveLog);
