// Runs in the preview frame: draws a PDF that the page hands over, with pdf.js. The frame has an opaque origin and no
// network (see `app/src/page/preview_frame.rs`), so whatever is needed is asked of the page by messages:
//
//   page → frame   open {bytes, page}   goto {page}   zoom {factor}   file {name, bytes?}
//   frame → page   ready   opened {pages}   height {height}   at {page}   top {top}   file {name}   failed {why}

import { GlobalWorkerOptions, PDFWorker, TextLayer, getDocument } from "asset:pdfjs/pdf.mjs";

/** Canvases further than this many pages from what is seen are given back: a phone has little memory for pictures. */
const KEPT = 2;
/** A canvas holds at most this many pixels (the limit of iOS). */
const MAX_PIXELS = 16_000_000;

const list = document.getElementById("pages");
const tell = (kind, values = {}) => parent.postMessage({ kind, ...values }, "*");

/** Fonts and decoders that pdf.js waits for, by name. */
const waiting = new Map();

/** Gives pdf.js its fonts and decoders through the page instead of the network. */
class Files {
  fetch({ filename }) {
    return new Promise((resolve, reject) => {
      const others = waiting.get(filename) ?? [];
      waiting.set(filename, [...others, { resolve, reject }]);
      if (others.length === 0) tell("file", { name: filename });
    });
  }
}

function receiveFile({ name, bytes }) {
  const asked = waiting.get(name) ?? [];
  waiting.delete(name);
  for (const { resolve, reject } of asked) {
    if (bytes) resolve(new Uint8Array(bytes.slice(0)));
    else reject(new Error(`no file ${name}`));
  }
}

/** Longer than this nobody waits for a worker; pdf.js then parses in the frame's own thread. */
const WORKER_PATIENCE = 10_000;

/**
 * The worker in which pdf.js parses. An opaque origin may start one only from memory, and of the classic kind; that one
 * then imports pdf.js' own. pdf.js would speak before the import is done, so its first sign of life is awaited.
 */
async function startWorker() {
  const address = new URL("asset:pdfjs/pdf.worker.mjs", location.href).href;
  const source = `import(${JSON.stringify(address)}).catch((error) => setTimeout(() => { throw error; }));`;
  try {
    const port = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    await new Promise((resolve, reject) => {
      port.addEventListener("message", resolve, { once: true });
      port.addEventListener("error", reject, { once: true });
      setTimeout(reject, WORKER_PATIENCE);
    });
    return new PDFWorker({ port });
  } catch {
    GlobalWorkerOptions.workerSrc = address;
    return new PDFWorker();
  }
}

/** One page: an empty sheet of the right shape at once, its text soon after, its picture when it comes into view. */
class Sheet {
  constructor(page, label) {
    this.page = page;
    this.size = page.getViewport({ scale: 1 });
    this.element = document.createElement("article");
    this.element.className = "sheet";
    this.element.setAttribute("aria-label", label);
    this.element.dataset.page = page.pageNumber;
    this.element.style.aspectRatio = `${this.size.width} / ${this.size.height}`;
    this.text = document.createElement("div");
    this.text.className = "textLayer";
    this.element.append(this.text);
  }

  get scale() {
    return this.element.clientWidth / this.size.width;
  }

  /** The text layer follows the sheet's width by this variable alone. */
  fit() {
    this.element.style.setProperty("--total-scale-factor", this.scale);
    if (this.canvas && Math.abs(this.drawnAt - this.scale) > 0.01) this.draw();
  }

  async write() {
    const layer = new TextLayer({
      textContentSource: this.page.streamTextContent(),
      container: this.text,
      viewport: this.size,
    });
    await layer.render();
  }

  async draw() {
    this.drawing?.cancel();
    const scale = this.scale;
    const wanted = scale * Math.min(window.devicePixelRatio || 1, 3);
    const possible = Math.sqrt(MAX_PIXELS / (this.size.width * this.size.height));
    const viewport = this.page.getViewport({ scale: Math.min(wanted, possible) });
    const canvas = document.createElement("canvas");
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);
    canvas.setAttribute("aria-hidden", "true");
    this.drawnAt = scale;
    this.drawing = this.page.render({ canvas, viewport });
    try {
      await this.drawing.promise;
    } catch (error) {
      if (error?.name === "RenderingCancelledException") return;
      throw error;
    }
    this.canvas?.remove();
    this.canvas = canvas;
    this.element.prepend(canvas);
  }

  /** Draws the sheet unless it is drawn already. */
  show() {
    if (!this.shown) {
      this.shown = true;
      this.draw().catch(() => {});
    }
  }

  forget() {
    this.shown = false;
    this.drawing?.cancel();
    this.canvas?.remove();
    this.canvas = undefined;
    this.page.cleanup();
  }
}

let sheets = [];

/** Tells which page is seen, draws it and its neighbours, and lets go of those far away. */
function watch() {
  const seen = new Map();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRect } of entries) seen.set(Number(target.dataset.page), intersectionRect.height);
      const visible = [...seen].filter(([, height]) => height > 0).sort(([a], [b]) => a - b);
      if (visible.length === 0) return;
      const first = visible[0][0];
      const last = visible[visible.length - 1][0];
      const [most] = visible.reduce((best, next) => (next[1] > best[1] ? next : best));
      tell("at", { page: most });
      sheets.forEach((sheet, index) => {
        const number = index + 1;
        if (number >= first - 1 && number <= last + 1) sheet.show();
        else if (number < first - KEPT || number > last + KEPT) sheet.forget();
      });
    },
    { threshold: [0, 0.25, 0.5, 0.75, 1] },
  );
  for (const { element } of sheets) observer.observe(element);
}

function measure() {
  for (const sheet of sheets) sheet.fit();
  tell("height", { height: list.offsetHeight + (list.scrollWidth > document.documentElement.clientWidth ? 20 : 0) });
}

async function open({ bytes, page: label }) {
  const worker = await startWorker();
  const pdf = await getDocument({
    data: new Uint8Array(bytes),
    worker,
    BinaryDataFactory: Files,
    useWorkerFetch: false,
    useSystemFonts: false,
    standardFontDataUrl: "/",
    wasmUrl: "/",
    iccUrl: "/",
    enableXfa: false,
    verbosity: 0,
  }).promise;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const name = label.replace("{page}", number).replace("{pages}", pdf.numPages);
    const sheet = new Sheet(page, name);
    sheets.push(sheet);
    list.append(sheet.element);
  }
  new ResizeObserver(measure).observe(list);
  measure();
  tell("opened", { pages: pdf.numPages });
  watch();
  // The text of every page, so that searching in the page and screen readers find all of it.
  for (const sheet of sheets) await sheet.write().catch(() => {});
  list.dataset.written = "yes";
}

addEventListener("message", ({ source, data }) => {
  if (source !== parent) return;
  switch (data.kind) {
    case "open":
      open(data).catch((error) => {
        tell("failed", { why: error?.name === "PasswordException" ? "password" : "unreadable" });
      });
      break;
    case "goto":
      tell("top", { top: sheets[data.page - 1]?.element.offsetTop ?? 0 });
      break;
    case "zoom":
      list.style.width = `${data.factor * 100}%`;
      break;
    case "file":
      receiveFile(data);
      break;
  }
});

tell("ready");
