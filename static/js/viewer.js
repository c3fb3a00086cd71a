// <figure data-viewer>: turns pages without loading, zooms, presents full screen.
// Left and right turn (also up, down and space while presenting), + and - zoom, 0 fits, T shows the page's text,
// F presents, Escape ends it; [data-page-unpresented] is passed over meanwhile. Every turn is told as viewer:page, with detail.page.
const MOST_ZOOM = 3;

function equip(viewer) {
  const pages = [...viewer.querySelectorAll("[data-page]")];
  if (!pages.length) return;
  const stage = viewer.querySelector(".viewer-stage");
  const number = viewer.querySelector("[data-viewer-number]");
  const previous = viewer.querySelector("[data-viewer-previous]");
  const next = viewer.querySelector("[data-viewer-next]");
  const present = viewer.querySelector("[data-viewer-present]");
  const words = viewer.querySelector("[data-viewer-text]");
  const strip = viewer.querySelector(".viewer-strip");
  let at = Math.max(0, pages.findIndex((page) => !page.hidden));
  let zoom = 0;

  function end(link, off) {
    if (off) link.setAttribute("aria-disabled", "true");
    else link.removeAttribute("aria-disabled");
  }

  // Only the strip scrolls, never the page.
  function bring(thumb) {
    strip.scrollLeft += thumb.getBoundingClientRect().left - strip.getBoundingClientRect().left - 120;
  }

  function go(index) {
    if (index < 0 || index >= pages.length || index === at) return;
    pages[at].hidden = true;
    at = index;
    pages[at].hidden = false;
    stage.scrollTo(0, 0);
    const name = pages[at].dataset.page;
    number.textContent = String(at + 1);
    end(previous, at === 0);
    end(next, at === pages.length - 1);
    for (const thumb of viewer.querySelectorAll("[data-viewer-go]")) {
      if (thumb.dataset.viewerGo === name) {
        thumb.setAttribute("aria-current", "true");
        bring(thumb);
      } else thumb.removeAttribute("aria-current");
    }
    pages[at + 1]?.querySelector("img")?.setAttribute("loading", "eager");
    const address = new URL(location.href);
    address.searchParams.set("page", name);
    history.replaceState(history.state, "", address);
    const field = present?.querySelector("input[name=page]");
    if (field) field.value = name;
    viewer.dispatchEvent(new CustomEvent("viewer:page", { bubbles: true, detail: { page: Number(name) } }));
  }

  // While presenting, hidden slides are passed over; at either end the last shown one stays.
  function turn(index, step) {
    if (document.fullscreenElement === viewer) {
      while (pages[index] && "pageUnpresented" in pages[index].dataset) index += step;
    }
    go(index);
  }

  function magnify(step) {
    zoom = Math.min(MOST_ZOOM, Math.max(0, zoom + step));
    viewer.dataset.zoom = String(zoom);
    if (zoom && words) words.checked = false;
    viewer.querySelector("[data-viewer-zoom=out]").disabled = zoom === 0;
    viewer.querySelector("[data-viewer-zoom=in]").disabled = zoom === MOST_ZOOM;
  }

  async function start() {
    await viewer.requestFullscreen();
    magnify(-MOST_ZOOM);
    if ("pageUnpresented" in pages[at].dataset) {
      const shown = (page) => !("pageUnpresented" in page.dataset);
      const next = pages.findIndex((page, index) => index > at && shown(page));
      go(next < 0 ? pages.findLastIndex(shown) : next);
    }
    stage.focus();
  }

  // There is room for one of them: a larger picture or its text.
  words?.addEventListener("change", () => magnify(-MOST_ZOOM));
  viewer.querySelector("[data-viewer-tools]").hidden = false;
  const shown = strip?.querySelector("[aria-current]");
  if (shown) bring(shown);
  viewer.addEventListener("click", (event) => {
    const target = event.target.closest("[data-viewer-go], [data-viewer-previous], [data-viewer-next], [data-viewer-zoom]");
    if (!target) {
      if (document.fullscreenElement === viewer && event.target.closest(".viewer-stage")) turn(at + 1, 1);
      return;
    }
    if (target.dataset.viewerZoom) return magnify({ in: 1, out: -1, fit: -MOST_ZOOM }[target.dataset.viewerZoom]);
    event.preventDefault();
    if (target === previous) go(at - 1);
    else if (target === next) go(at + 1);
    else go(pages.findIndex((page) => page.dataset.page === target.dataset.viewerGo));
  });

  present?.addEventListener("submit", (event) => {
    if (!viewer.requestFullscreen) return;
    event.preventDefault();
    // The presenting is recorded beside it: a meeting must not wait for the network.
    fetch(present.action, { method: "POST", body: new FormData(present), headers: { "HX-Request": "true" }, keepalive: true }).catch(() => {});
    start();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
    const presenting = document.fullscreenElement === viewer;
    const inside = presenting || viewer.contains(event.target) || event.target === document.body || event.target.id === "main";
    if (!inside || document.querySelector("dialog[open]")) return;
    const letters = presenting || document.documentElement.dataset.keys !== "off";
    const moves = presenting
      ? { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 }
      : { ArrowRight: 1, ArrowLeft: -1 };
    if (moves[event.key]) turn(at + moves[event.key], moves[event.key]);
    else if (event.key === "Home" && presenting) turn(0, 1);
    else if (event.key === "End" && presenting) turn(pages.length - 1, -1);
    else if (letters && (event.key === "+" || event.key === "=")) magnify(1);
    else if (letters && event.key === "-") magnify(-1);
    else if (letters && event.key === "0") magnify(-MOST_ZOOM);
    else if (letters && event.key === "t" && words && !presenting) words.click();
    else if (letters && event.key === "f" && present && !presenting) present.requestSubmit();
    else return;
    event.preventDefault();
  });
}

document.querySelectorAll("[data-viewer]").forEach(equip);
