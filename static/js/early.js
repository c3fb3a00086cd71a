// Runs before anything is drawn, so that a chosen theme does not flash.
// "tandem-theme" is light or dark; "tandem-keys" is off when single-key shortcuts are not wanted.
(() => {
  try {
    const theme = localStorage.getItem("tandem-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    if (localStorage.getItem("tandem-keys") === "off") document.documentElement.dataset.keys = "off";
  } catch {
    // Storage may be forbidden: the system's theme is then used.
  }
})();
