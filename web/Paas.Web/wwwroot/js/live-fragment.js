// <live-fragment src>: what the server rendered, fetched again while somebody looks. A failure leaves what is there.
import { isOver, logInAgain } from "./session.js";

const interval = 2000;

class LiveFragment extends HTMLElement {
  connectedCallback() {
    this.shown = this.innerHTML;
    this.timer = setInterval(() => this.refresh(), interval);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async refresh() {
    if (document.hidden || this.busy) return;
    this.busy = true;
    try {
      const response = await fetch(this.getAttribute("src"), { headers: { accept: "text/html" } });
      if (isOver(response)) logInAgain();
      else if (!response.ok || response.redirected) this.toggleAttribute("stale", true);
      else this.show(await response.text());
    } catch {
      this.toggleAttribute("stale", true);
    } finally {
      this.busy = false;
    }
  }

  show(html) {
    this.toggleAttribute("stale", false);
    const next = document.createElement("template");
    next.innerHTML = html;
    // As this browser writes it, which is how the page's own content was read. Replacing equal content would drop a selection for nothing.
    const fresh = next.innerHTML;
    if (fresh === this.shown || this.inUse()) return;
    for (const { id } of this.querySelectorAll("details[id][open]")) next.content.getElementById(id)?.toggleAttribute("open", true);
    this.replaceChildren(next.content);
    this.shown = fresh;
  }

  // Focus, a button that is held down, and what was typed and not sent.
  inUse() {
    return this.contains(document.activeElement)
      || this.querySelector(":active") !== null
      || [...this.querySelectorAll("input, textarea")].some(field => field.value !== field.defaultValue);
  }
}

customElements.define("live-fragment", LiveFragment);
