// Runs before the first paint, so that a chosen theme never flashes. Without a choice the system's theme applies.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Without storage there is no choice.
}
