// <div data-presenting="deck/3"> around a viewer: the presenter's notes (data-presenting-notes) and the windows of this
// browser that show the same version turn their pages together. Without a notes window, each goes its own way.
// In the notes, [data-notes-page] keeps to the shown page, [data-clock] counts, and the keys work from anywhere.
function clock(place) {
  const time = place.querySelector("[data-clock-time]");
  let since = Date.now();
  function tick() {
    const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
    const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const two = (number) => String(number).padStart(2, "0");
    time.textContent = hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  }
  function start(moment) {
    since = moment;
    tick();
  }
  place.hidden = false;
  place.querySelector("[data-clock-zero]").addEventListener("click", () => start(Date.now()));
  setInterval(tick, 1000);
  tick();
  return start;
}

function join(place) {
  const viewer = place.querySelector("[data-viewer]");
  if (!viewer) return;
  const notes = "presentingNotes" in place.dataset;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(`presenting:${place.dataset.presenting}`) : null;
  const tell = (message) => channel?.postMessage({ ...message, notes });
  const shown = () => Number(viewer.querySelector("[data-page]:not([hidden])")?.dataset.page ?? 1);
  const startClock = notes ? clock(place.querySelector("[data-clock]")) : null;
  let following = false;
  let began = null;

  function follow(page) {
    if (page === shown()) return;
    following = true;
    viewer.querySelector(`[data-viewer-go="${page}"]`)?.click();
    following = false;
  }

  place.addEventListener("viewer:page", ({ detail }) => {
    for (const part of place.querySelectorAll("[data-notes-page]")) part.hidden = Number(part.dataset.notesPage) !== detail.page;
    // What another window did is not told back to it: it may be further on by now.
    if (!following) tell({ page: detail.page });
  });

  channel?.addEventListener("message", ({ data }) => {
    if (data.notes === notes) return;
    if (data.asks) tell({ page: shown(), began });
    if (Number.isInteger(data.page)) follow(data.page);
    if (notes && data.began && data.began !== began) startClock((began = data.began));
  });

  document.addEventListener("fullscreenchange", () => {
    if (document.fullscreenElement !== viewer) return;
    began ??= Date.now();
    tell({ page: shown(), began });
  });

  if (!notes) return;
  tell({ asks: true });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const step = { ArrowRight: "next", PageDown: "next", ArrowLeft: "previous", PageUp: "previous" }[event.key];
    if (!step) return;
    event.preventDefault();
    viewer.querySelector(`[data-viewer-${step}]`).click();
  });
}

document.querySelectorAll("[data-presenting]").forEach(join);
