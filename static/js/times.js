// [data-times][data-place] around a viewer: tells the portal, and nobody else, how long each page was in sight.
// Time counts while the page is visible and somebody did something within two minutes; it is told every five seconds
// and when the page is left. What cannot be told is told with the next, up to a minute.
const TELL = 5_000;
const STILL = 120_000;
const MOST = 60_000;

function measure(place) {
  const viewer = place.querySelector("[data-viewer]");
  const first = viewer?.querySelector("[data-page]:not([hidden])");
  if (!first) return;
  // What happens inside a frame is not seen from here.
  const still = viewer.querySelector("iframe") ? STILL * 5 : STILL;
  let page = Number(first.dataset.page);
  let since = performance.now();
  let acted = since;
  let kept = new Map();

  const counts = () => document.visibilityState === "visible";
  function take() {
    const now = performance.now();
    const passed = Math.min(now, acted + still) - since;
    if (passed > 0) kept.set(page, Math.min(MOST, (kept.get(page) ?? 0) + passed));
    since = now;
  }

  function told() {
    let left = MOST;
    const times = [];
    for (const [number, passed] of [...kept].slice(-60)) {
      const milliseconds = Math.min(left, Math.round(passed));
      if (milliseconds > 0) times.push([number, milliseconds]);
      left -= milliseconds;
    }
    return times;
  }

  function tell() {
    const times = told();
    if (!times.length) return;
    const before = kept;
    const again = () => {
      for (const [number, passed] of before) kept.set(number, Math.min(MOST, (kept.get(number) ?? 0) + passed));
    };
    kept = new Map();
    fetch(place.dataset.times, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ place: place.dataset.place, times }),
    })
      .then((answer) => {
        if (answer.status === 410 || answer.status === 404) clearInterval(clock);
        else if (answer.status === 503) again();
      })
      .catch(again);
  }

  function leave() {
    take();
    tell();
  }

  const clock = setInterval(() => {
    if (counts()) leave();
  }, TELL);
  viewer.addEventListener("viewer:page", (event) => {
    if (counts()) take();
    page = event.detail.page;
  });
  document.addEventListener("visibilitychange", () => {
    if (counts()) since = acted = performance.now();
    else leave();
  });
  addEventListener("pagehide", () => {
    if (counts()) leave();
  });
  for (const name of ["pointermove", "pointerdown", "keydown", "scroll", "wheel", "touchmove"]) {
    addEventListener(name, () => { acted = performance.now(); }, { passive: true, capture: true });
  }
}

document.querySelectorAll("[data-times][data-place]").forEach((place) => {
  if (place.dataset.place) measure(place);
});
