// An EventSource that is there while somebody looks: over HTTP/1.1 all tabs together have six connections to a host, and each stream
// holds one. It comes back after what a restart of paasd looks like, and stops at an answer that would be the same for ever.
import { isOver, logInAgain } from "./session.js";

const retryAfter = 1000;

export class EventStream {
  // address(): asked at every opening, so that it can say where to go on. waits(text): nothing comes for now, or, as the text says, any more.
  constructor({ address, opened, received, waits }) {
    Object.assign(this, { address, opened, received, waits });
    this.look = () => (document.hidden ? this.pause() : this.open());
    document.addEventListener("visibilitychange", this.look);
    this.look();
  }

  open() {
    if (this.events || this.ended) return;
    const events = new EventSource(this.address());
    events.onopen = () => this.opened();
    events.onmessage = event => this.received(event);
    events.onerror = () => {
      this.waits("reconnecting…");
      // The browser retries a broken connection itself, but gives up on an error answer.
      if (events.readyState === EventSource.CLOSED) this.ask(events);
    };
    this.events = events;
  }

  pause() {
    this.events?.close();
    this.events = null;
    clearTimeout(this.retry);
  }

  end() {
    this.ended = true;
    this.pause();
    document.removeEventListener("visibilitychange", this.look);
  }

  // An EventSource does not tell what the answer was.
  async ask(events) {
    const final = await finalAnswer(this.address());
    if (this.events !== events) return;
    this.pause();
    if (final === null) this.retry = setTimeout(this.look, retryAfter);
    else this.end();
    if (final) this.waits(final);
  }
}

// Why asking again is no use, empty where the page is being left; null where it may be of use.
async function finalAnswer(address) {
  const request = new AbortController();
  try {
    const response = await fetch(address, { headers: { accept: "text/event-stream" }, signal: request.signal });
    if (isOver(response)) {
      logInAgain();
      return "";
    }

    // The router has answers of its own while it does not know paasd.
    const refused = [403, 404].includes(response.status) && response.headers.get("content-type") === "application/problem+json";
    return refused ? (await response.json()).title : null;
  } catch {
    return null;
  } finally {
    request.abort();
  }
}
