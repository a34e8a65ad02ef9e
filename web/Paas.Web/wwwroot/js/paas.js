// Each element works alone; the page is complete without any of them.
import "./live-fragment.js";
import "./live-log.js";
import "./build-output.js";
