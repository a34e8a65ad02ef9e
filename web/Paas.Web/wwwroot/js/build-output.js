// <build-output src>: a build's output from its beginning, live while it builds. The stream always starts anew, so a reconnect
// starts the display anew too.
import { EventStream } from "./event-stream.js";

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
    this.stream?.end();
  }

  open() {
    this.stream = new EventStream({
      address: () => new URL(this.getAttribute("src"), document.baseURI),
      opened: () => this.begin(),
      received: event => this.receive(JSON.parse(event.data)),
      waits: text => (this.result.textContent = text),
    });
  }

  begin() {
    this.pre.replaceChildren();
    this.result.textContent = "";
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
    this.stream.end();
    this.dataset.status = result.status;
    this.result.className = result.status === "succeeded" ? "good" : "bad";
    this.result.textContent = result.status === "succeeded"
      ? `Live as v${result.release}${result.urls.length ? ` at ${result.urls[0]}` : ""}`
      : result.error ?? result.status;
  }
}

customElements.define("build-output", BuildOutput);
