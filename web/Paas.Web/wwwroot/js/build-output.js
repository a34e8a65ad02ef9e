// <build-output src>: a build's output from its beginning, live while it builds. The stream always starts anew, so a reconnect
// starts the display anew too.
const retryAfter = 1000;
const escapeSequence = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;

class BuildOutput extends HTMLElement {
  connectedCallback() {
    if (this.pre) return;
    this.pre = document.createElement("pre");
    this.pre.tabIndex = 0;
    this.result = document.createElement("p");
    this.result.setAttribute("role", "status");
    this.append(this.pre, this.result);
    this.open();
  }

  disconnectedCallback() {
    this.events?.close();
    clearTimeout(this.retry);
  }

  open() {
    this.events = new EventSource(new URL(this.getAttribute("src"), document.baseURI));
    this.events.onopen = () => this.pre.replaceChildren();
    this.events.onmessage = event => this.receive(JSON.parse(event.data));
    this.events.onerror = () => {
      this.result.textContent = "reconnecting…";
      if (this.events.readyState === EventSource.CLOSED) this.retry = setTimeout(() => this.open(), retryAfter);
    };
  }

  receive(event) {
    if (event.line !== undefined) this.print(event.line);
    if (event.result) this.finish(event.result);
  }

  print(text) {
    const atEnd = this.pre.scrollHeight - this.pre.scrollTop - this.pre.clientHeight < 24;
    const line = document.createElement("span");
    line.textContent = text.replace(escapeSequence, "") + "\n";
    if (/^[-=]{5}>/.test(text)) line.className = "heading";
    if (text.startsWith(" !")) line.className = "bad";
    this.pre.append(line);
    if (atEnd) this.pre.scrollTop = this.pre.scrollHeight;
  }

  finish(result) {
    this.events.close();
    this.dataset.status = result.status;
    this.result.className = result.status === "succeeded" ? "good" : "bad";
    this.result.textContent = result.status === "succeeded"
      ? `Live as v${result.release}${result.urls.length ? ` at ${result.urls[0]}` : ""}`
      : result.error ?? result.status;
  }
}

customElements.define("build-output", BuildOutput);
