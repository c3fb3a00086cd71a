// <button data-theme-toggle hidden>: switches between light and dark and remembers it in this browser.
const root = document.documentElement;
const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

function name(button) {
  const label = button.querySelector("span");
  const icon = button.querySelector("use");
  label.textContent = dark() ? "Light theme" : "Dark theme";
  icon?.setAttribute("href", icon.getAttribute("href").replace(/#.*/, dark() ? "#sun" : "#moon"));
}

for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.hidden = false;
  name(button);
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try {
      localStorage.setItem("tandem-theme", root.dataset.theme);
    } catch {
      // It then holds for this page only.
    }
    name(button);
  });
}
