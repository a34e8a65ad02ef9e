// <live-fragment src>: what the server rendered, fetched again while somebody looks. A failure leaves what is there.
const interval = 2000;

class LiveFragment extends HTMLElement {
  connectedCallback() {
    this.last = null;
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
      this.toggleAttribute("stale", !response.ok);
      if (!response.ok || response.redirected) return;
      const html = await response.text();
      // Replacing equal content would drop a selection or a focus for nothing.
      if (html !== this.last && !this.contains(document.activeElement)) this.innerHTML = html;
      this.last = html;
    } catch {
      this.toggleAttribute("stale", true);
    } finally {
      this.busy = false;
    }
  }
}

customElements.define("live-fragment", LiveFragment);
