// The button between light and dark; the choice is kept in this browser.
const dark = matchMedia("(prefers-color-scheme: dark)");

document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
  const now = document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // Without storage the choice applies to this page only.
  }
});
