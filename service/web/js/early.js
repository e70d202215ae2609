// Runs before the page is drawn, so that chosen colours do not flash. The key and its values are those of shell.js.
try {
  const theme = JSON.parse(localStorage.getItem("viva.theme"));
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without memory the system's colours are used.
}
